#include "commands/deep_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <csignal>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "../net/loopback.h"
#include "base/descriptor.h"
#include "config/load.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAreArray;

// Files are closed to this user by their mode alone: root needs another user to be closed out.
bool is_root() { return geteuid() == 0; }
std::string serving_user() { return is_root() ? "nobody" : getpwuid(geteuid())->pw_name; }

std::vector<std::string> shortened(const SiteFolder& folder, const std::vector<std::string>& all) {
  std::vector<std::string> out;
  for (const std::string& one : all) {
    out.push_back(replaced(folder.shortened(one), "'" + serving_user() + "'", "'USER'"));
  }
  return out;
}

Findings check(const SiteFolder& folder, const std::string& yaml) {
  const auto loaded = config::load_text(yaml, folder / "frontis.yaml");
  for (const config::Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? deep_check(*loaded.settings) : Findings();
}

std::vector<std::string> found(const SiteFolder& folder, const std::string& yaml) {
  return shortened(folder, check(folder, yaml).all());
}

std::string gzipped(std::string_view content) {
  z_stream stream{};
  constexpr int gzip = 16;
  deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + gzip, 8, Z_DEFAULT_STRATEGY);
  std::string in(content);
  std::string out(deflateBound(&stream, static_cast<uLong>(in.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Case {
  std::string name;
  std::function<void(const SiteFolder&)> prepare;
  std::string routes;                 // of one site for any host
  std::vector<std::string> findings;  // with the folder as "F"
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class DeepCheck : public testing::TestWithParam<Case> {};

TEST_P(DeepCheck, FindsWhatWouldBeServedOtherwise) {
  const SiteFolder folder;
  GetParam().prepare(folder);
  const std::string yaml = "listen: unix:./s\nsites:\n  \"*\":\n" + GetParam().routes;
  EXPECT_THAT(found(folder, yaml), UnorderedElementsAreArray(GetParam().findings));
}

const std::string style = "body { color: red }\n" + std::string(500, ' ');
const std::string other_style = "body { color: tan }\n" + std::string(500, ' ');
const std::string served = "    /: {files: root}\n";

const Case links[] = {
    {"links that stay inside are fine",
     [](const SiteFolder& folder) {
       folder.write("root/a/real.css", style);
       folder.link("real.css", "root/a/relative.css");
       folder.link(folder / "root/a/real.css", "root/absolute.css");
       folder.link("..", "root/a/loop");
     },
     served,
     {}},
    {"links that lead outside",
     [](const SiteFolder& folder) {
       folder.write("elsewhere/a.css", style);
       folder.link("../elsewhere/a.css", "root/relative.css");
       folder.link(folder / "elsewhere", "root/absolute");
     },
     served,
     {"F/frontis.yaml:4:5: 'absolute' under F/root: its link leads outside the root; list its "
      "directory under 'links:' to allow it; it is a link to 'F/elsewhere' and answers 404: mend "
      "or remove it",
      "F/frontis.yaml:4:5: 'relative.css' under F/root: its link leads outside the root; list its "
      "directory under 'links:' to allow it; it is a link to '../elsewhere/a.css' and answers "
      "404: mend or remove it"}},
    {"links that lead where the route allows",
     [](const SiteFolder& folder) {
       folder.write("elsewhere/a.css", style);
       folder.link(folder / "elsewhere", "root/absolute");
     },
     "    /: {files: root, links: elsewhere}\n",
     {}},
    {"what is wrong behind an allowed link",
     [](const SiteFolder& folder) {
       folder.write("elsewhere/a.css", style);
       folder.link("nowhere", "elsewhere/b.css");
       folder.link(folder / "elsewhere", "root/absolute");
     },
     "    /: {files: root, links: elsewhere}\n",
     {"F/frontis.yaml:4:5: 'absolute/b.css' under F/root: no such file; it is a link to 'nowhere' "
      "and answers 404: mend or remove it"}},
    {"links that loop, and one to a name that is refused",
     [](const SiteFolder& folder) {
       folder.write("root/.env", "SECRET=1\n");
       folder.link("loop", "root/loop");
       folder.link(folder / "root/.env", "root/env.txt");
     },
     served,
     {"F/frontis.yaml:4:5: 'loop' under F/root: its links loop, or lead through /proc; it is a "
      "link to 'loop' and answers 404: mend or remove it",
      "F/frontis.yaml:4:5: 'env.txt' under F/root: its link leads to a name that is refused, it "
      "is a dotfile; list that under 'allow:' to serve it; it is a link to 'F/root/.env' and "
      "answers 404: mend or remove it"}},
};
INSTANTIATE_TEST_SUITE_P(Links, DeepCheck, testing::ValuesIn(links));

const Case files[] = {
    {"an empty root is fine", [](const SiteFolder&) {}, served, {}},
    {"names that are refused are meant to be",
     [](const SiteFolder& folder) {
       folder.write("root/.git/config", "x\n");
       folder.write("root/settings.py", "x\n");
       folder.write("root/app.css~", "x\n");
       mkfifo((folder / "root/.pipe").c_str(), 0644);
     },
     served,
     {}},
    {"an index that is refused by its name",
     [](const SiteFolder&) {},
     "    /: {files: root, index: [index.html, index.py]}\n",
     {"F/frontis.yaml:4:5: index: 'index.py' is never served: it is Python source; list it under "
      "'allow:' or name another"}},
    {"what is no file",
     [](const SiteFolder& folder) { mkfifo((folder / "root/pipe").c_str(), 0644); },
     served,
     {"F/frontis.yaml:4:5: 'pipe' under F/root: it is a FIFO, not a regular file; it answers 404: "
      "move it away"}},
    {"siblings, one of them stale",
     [](const SiteFolder& folder) {
       folder.write("root/good.css", style);
       folder.write("root/good.css.gz", gzipped(style));
       folder.write("root/old.css", style);
       folder.write("root/old.css.gz", gzipped(other_style));
     },
     served,
     {"F/frontis.yaml:4:5: 'old.css.gz' under F/root does not hold the content of old.css, so it "
      "is not used; compress it again or delete it"}},
    {"what looks like a sibling and is none",
     [](const SiteFolder& folder) {
       folder.write("root/backup.tar", style);
       folder.write("root/backup.tar.gz", gzipped(other_style));
       folder.write("root/alone.css.gz", gzipped(other_style));
     },
     served,
     {}},
    {"Django's fingerprints, one of them broken",
     [](const SiteFolder& folder) {
       folder.write("root/good.900150983cd2.txt", "abc");
       folder.write("root/wrong.900150983cd2.txt", "abd");
     },
     served,
     {"F/frontis.yaml:4:5: 'wrong.900150983cd2.txt' under F/root: the fingerprint in its name "
      "does not fit its content, so it is sent with no-cache; build it again, under a new name "
      "if it was changed"}},
    {"fingerprints of what nobody keeps",
     [](const SiteFolder& folder) { folder.write("root/wrong.900150983cd2.txt", "abd"); },
     "    /: {files: root, cache: none}\n",
     {}},
    {"a manifest that lists what is missing",
     [](const SiteFolder& folder) {
       folder.write("root/a.900150983cd2.txt", "abc");
       folder.write("root/staticfiles.json",
                    R"({"version": "1.1", "paths": {"a.txt": "a.900150983cd2.txt",
                        "b.txt": "b.900150983cd2.txt"}})");
     },
     served,
     {"F/frontis.yaml:4:5: 'b.900150983cd2.txt' under F/root is missing, but staticfiles.json "
      "lists it; run collectstatic again"}},
    {"a manifest that is none",
     [](const SiteFolder& folder) { folder.write("root/.vite/manifest.json", "[]"); },
     served,
     {"F/frontis.yaml:4:5: F/root/.vite/manifest.json is not read: not a JSON object; names that "
      "only it lists are not trusted: run vite build again or make it readable"}},
    {"a root of several routes is looked at once",
     [](const SiteFolder& folder) { folder.link("nowhere", "root/a"); },
     "    /: {files: root}\n    /b/: {files: root}\n",
     {"F/frontis.yaml:4:5: 'a' under F/root: no such file; it is a link to 'nowhere' and answers "
      "404: mend or remove it"}},
};
INSTANTIATE_TEST_SUITE_P(Files, DeepCheck, testing::ValuesIn(files));

const Case routes[] = {
    {"a prefix that hides a folder",
     [](const SiteFolder& folder) {
       folder.write("root/static/a.css", style);
       folder.write("assets/a.css", style);
     },
     "    /: {files: root}\n    /static/: {files: assets}\n",
     {"F/frontis.yaml:5:5: route '/static/' hides F/root/static, which route '/' "
      "(F/frontis.yaml:4:5) would serve; rename one of the two, or remove what is hidden"}},
    {"a prefix that serves the folder with settings of its own",
     [](const SiteFolder& folder) { folder.write("root/static/a.css", style); },
     "    /: {files: root}\n    /static/: {files: root/static, cache: 1h}\n",
     {}},
    {"a prefix beside an empty folder, and one beside a file of its name",
     [](const SiteFolder& folder) {
       std::filesystem::create_directory(folder / "root/empty");
       folder.write("root/name", "x\n");
     },
     "    /: {files: root}\n    /empty/: {respond: 404}\n    /name/: {respond: 404}\n",
     {}},
    {"an exact route that hides a file, and one that serves it",
     [](const SiteFolder& folder) {
       folder.write("root/robots.txt", "x\n");
       folder.write("root/humans.txt", "x\n");
     },
     "    /: {files: root}\n    /robots.txt: {respond: 404}\n    /humans.txt: {files: root}\n",
     {"F/frontis.yaml:5:5: route '/robots.txt' hides F/root/robots.txt, which route '/' "
      "(F/frontis.yaml:4:5) would serve; rename one of the two, or remove what is hidden"}},
    {"only the nearest route hides",
     [](const SiteFolder& folder) { folder.write("root/a/b/c.css", style); },
     "    /: {files: root}\n    /a/: {redirect: /}\n    /a/b/: {redirect: /}\n",
     {"F/frontis.yaml:5:5: route '/a/' hides F/root/a, which route '/' (F/frontis.yaml:4:5) would "
      "serve; rename one of the two, or remove what is hidden"}},
    {"a route for a file that is not there, and one that has another action",
     [](const SiteFolder& folder) { std::filesystem::create_directory(folder / "root/folder"); },
     "    /favicon.ico: {files: root}\n"
     "    /folder: {files: root}\n"
     "    /robots.txt: [{files: root}, {respond: 404}]\n",
     {"F/frontis.yaml:4:5: route '/favicon.ico' can only answer 404: 'favicon.ico' under F/root: "
      "no such file; put the file there, or end the route in '/' to serve a folder",
      "F/frontis.yaml:5:5: route '/folder' can only answer 404: F/root/folder is a folder; put "
      "the file there, or end the route in '/' to serve a folder"}},
};
INSTANTIATE_TEST_SUITE_P(Routes, DeepCheck, testing::ValuesIn(routes));

TEST(DeepCheckOfRoutes, FindsOneThatNoRequestReaches) {
  const SiteFolder folder;
  const std::string path = "/" + std::string(300, 'a');
  EXPECT_THAT(
      found(folder,
            "listen: unix:./s\nlimits: {request_line: 256}\n"
            "sites: {\"*.example.org *\": {" +
                path + ": {respond: 410}}}\n"),
      ElementsAre(testing::AllOf(HasSubstr("is never reached: a request for it is refused: "),
                                 HasSubstr("; change its path, or the limit"))));
}

// ---- what the configured user may do

TEST(DeepCheckAsAUser, FindsWhatThatUserMayNotRead) {
  const SiteFolder folder;
  folder.write("root/secret.css", style);
  folder.write("root/closed/a.css", style);
  folder.write("root/unlisted/a.css", style);
  folder.mode("root/secret.css", 0);
  folder.mode("root/closed", 0);
  folder.mode("root/unlisted", 0711);
  const auto findings = found(folder, "listen: unix:./s\nuser: " + serving_user() +
                                          "\nsites: {\"*\": {/: {files: root}}}\n");
  folder.mode("root/closed", 0755);
  EXPECT_THAT(
      findings,
      ElementsAre("F/frontis.yaml:3:15: 'closed' under F/root: exists but is not readable by "
                  "user 'USER' (mode 0000); it answers 404: make it readable or move it "
                  "away",
                  "F/frontis.yaml:3:15: 'secret.css' under F/root: exists but is not "
                  "readable by user 'USER' (mode 0000); it answers 404: make it readable "
                  "or move it away"));
}

TEST(DeepCheckAsAUser, FindsARootAndLinksThatMayNotBeEntered) {
  const SiteFolder folder;
  std::filesystem::create_directory(folder / "linked");
  folder.mode("root", 0);
  folder.mode("linked", 0);
  const auto findings = found(folder, "listen: unix:./s\nuser: " + serving_user() +
                                          "\nsites: {\"*\": {/: {files: root, links: linked}}}\n");
  folder.mode("root", 0755);
  folder.mode("linked", 0755);
  EXPECT_THAT(findings, ElementsAre(HasSubstr("links: F/linked may not be entered"),
                                    HasSubstr("let the user that serves enter it")));
}

TEST(DeepCheckAsAUser, LeavesUsWhatWeWere) {
  const SiteFolder folder;
  const uid_t user = geteuid();
  const gid_t group = getegid();
  std::vector<gid_t> groups(static_cast<std::size_t>(getgroups(0, nullptr)));
  std::vector<gid_t> groups_after(groups.size());
  static_cast<void>(getgroups(static_cast<int>(groups.size()), groups.data()));
  found(folder,
        "listen: unix:./s\nuser: " + serving_user() + "\nsites: {\"*\": {/: {files: root}}}\n");
  EXPECT_EQ(geteuid(), user);
  EXPECT_EQ(getegid(), group);
  ASSERT_EQ(getgroups(0, nullptr), static_cast<int>(groups.size()));
  static_cast<void>(getgroups(static_cast<int>(groups.size()), groups_after.data()));
  EXPECT_EQ(groups, groups_after);
}

TEST(DeepCheckAsAUser, FindsAUserWhoIsNotThere) {
  const SiteFolder folder;
  EXPECT_THAT(
      found(folder,
            "listen: unix:./s\nuser: nosuchuser\n"
            "sites: {\"*\": {/: {files: root}}}\n"),
      ElementsAre("F/frontis.yaml:2:7: user: there is no user 'nosuchuser' on this machine; make "
                  "one or change 'user'"));
}

TEST(DeepCheckAsAUser, RemarksThatRootMaySeeMoreThanAService) {
  const SiteFolder folder;
  const std::string sites = "listen: unix:./s\nsites: {\"*\": {/: {respond: 404}}}\n";
  const auto notes = shortened(folder, check(folder, sites).notes());
  const std::string remark =
      "frontis.yaml: no 'user': judged as root; a service that runs as somebody else may see less: "
      "set 'user', or run `runuser -u frontis -- frontis check --deep -c F/frontis.yaml`";
  if (is_root()) {
    EXPECT_THAT(notes, Contains(remark));
  } else {
    EXPECT_THAT(notes, IsEmpty());
  }
  EXPECT_THAT(check(folder, "user: " + serving_user() + "\n" + sites).notes(), IsEmpty());
}

TEST(DeepCheckAsAUser, FindsAUserWhomWeCannotBecome) {
  if (is_root()) GTEST_SKIP() << "root can become everybody";
  const SiteFolder folder;
  EXPECT_THAT(
      found(folder, "listen: unix:./s\nuser: root\nsites: {\"*\": {/: {files: root}}}\n"),
      ElementsAre("F/frontis.yaml:2:7: user: only root can become 'root'; start frontis, and this "
                  "check, as root"));
}

// ---- the machine

TEST(DeepCheckOfTheMachine, FindsLogsThatAreFolders) {
  const SiteFolder folder;
  EXPECT_THAT(
      found(folder,
            "listen: unix:./s\nlog: {file: ./root, access: ./root}\n"
            "sites: {\"*\": {/: {files: root}}}\n"),
      ElementsAre("F/frontis.yaml:2:13: log.file: F/root is a folder; name a file in it",
                  "F/frontis.yaml:2:29: log.access: F/root is a folder; name a file in it"));
}

// The server makes neither folder.
TEST(DeepCheckOfTheMachine, FindsLogsWhoseFolderIsNotThere) {
  const SiteFolder folder;
  EXPECT_THAT(
      found(folder,
            "listen: unix:./s\nlog: {file: ./none/error.log, access: ./none/access.log}\n"
            "sites: {\"*\": {/: {files: root}}}\n"),
      ElementsAre(
          "F/frontis.yaml:2:13: log.file: F/none/error.log cannot be made in F/none (No such file "
          "or directory); make the folder, or name another file",
          "F/frontis.yaml:2:39: log.access: F/none/access.log cannot be made in F/none (No such "
          "file or directory); make the folder, or name another file"));
}

TEST(DeepCheckOfTheMachine, MakesNoLogs) {
  const SiteFolder folder;
  EXPECT_THAT(found(folder,
                    "listen: unix:./s\nlog: {file: ./a.log, access: ./b.log}\n"
                    "sites: {\"*\": {/: {files: root}}}\n"),
              IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(folder / "a.log"));
  EXPECT_FALSE(std::filesystem::exists(folder / "b.log"));
}

TEST(DeepCheckOfTheMachine, NotesLogsThatCannotBeRotated) {
  const SiteFolder folder;
  folder.write("logs/access.log", "a line\n");
  folder.mode("logs/access.log", 0666);
  const std::string yaml = "listen: unix:./s\nuser: " + serving_user() +
                           "\nlog: {file: /dev/null, access: ./logs/access.log}\n"
                           "sites: {\"*\": {/: {files: root}}}\n";
  folder.mode("logs", 0777);
  EXPECT_THAT(check(folder, yaml).notes(), Not(Contains(HasSubstr("log.access"))));
  folder.mode("logs", 0555);
  const Findings findings = check(folder, yaml);
  folder.mode("logs", 0755);
  EXPECT_THAT(findings.all(), IsEmpty());
  EXPECT_THAT(shortened(folder, findings.notes()),
              Contains("F/frontis.yaml:3:32: log.access: user 'USER' cannot make files in F/logs "
                       "(Permission denied): when access.log is renamed, SIGUSR1 opens no new one; "
                       "make the folder writable for that user, or have what renames the log make "
                       "the new one (logrotate: create)"));
}

TEST(DeepCheckOfTheMachine, FindsMoreConnectionsThanFilesMayBeOpen) {
  const SiteFolder folder;
  const auto count = [&] {
    const rlimit few{500, 500};
    setrlimit(RLIMIT_NOFILE, &few);
    const auto findings = found(folder,
                                "listen: unix:./s\nlimits: {connections: 501}\n"
                                "sites: {\"*\": {/: {files: root}}}\n");
    const bool is_right =
        findings.size() == 1 && findings.front().starts_with(
                                    "F/frontis.yaml:2:23: limits.connections is 501, but only 500");
    _exit(is_right ? 0 : 1);
  };
  EXPECT_EXIT(count(), testing::ExitedWithCode(0), "");
}

// ---- sockets

constexpr std::string_view site = "\nsites: {\"*\": {/: {files: root}}}\n";

net::Loopback listen_somewhere() {
  net::Loopback out = net::bound_to_loopback();
  EXPECT_EQ(listen(out.socket.number(), 1), 0);
  return out;
}

// A child that holds a port under a name, until its end.
class Holder {
 public:
  explicit Holder(const char* name) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    id_ = fork();
    if (id_ == 0) {
      prctl(PR_SET_NAME, name);
      const net::Loopback held = listen_somewhere();
      const std::string port = std::to_string(held.port());
      const ssize_t written = write(ends[1], port.data(), port.size());
      ::close(ends[1]);
      while (written > 0) pause();
      _exit(1);
    }
    ::close(ends[1]);
    char text[16];
    const ssize_t got = ::read(ends[0], text, sizeof text);
    port_.assign(text, got > 0 ? static_cast<std::size_t>(got) : 0);
    ::close(ends[0]);
  }
  ~Holder() {
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
  }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  const std::string& port() const { return port_; }
  std::string id() const { return std::to_string(id_); }

 private:
  pid_t id_ = -1;
  std::string port_;
};

TEST(DeepCheckOfSockets, FindsAnAddressInUseAndWhoHoldsIt) {
  const SiteFolder folder;
  const Holder holder("otherserver");
  EXPECT_THAT(found(folder, "listen: 127.0.0.1:" + holder.port() + std::string(site)),
              ElementsAre("F/frontis.yaml:1:9: 127.0.0.1:" + holder.port() +
                          " is in use, by process " + holder.id() +
                          " (otherserver); stop the other server (ss -ltnp shows it) or listen "
                          "elsewhere"));
}

TEST(DeepCheckOfSockets, TakesNoOffenceAtAFrontisThatServes) {
  const SiteFolder folder;
  const Holder holder("frontis");
  const Findings findings = check(folder, "listen: 127.0.0.1:" + holder.port() + std::string(site));
  EXPECT_THAT(findings.all(), IsEmpty());
  EXPECT_THAT(findings.notes(),
              Contains(HasSubstr("is served by a running frontis, process " + holder.id())));
}

TEST(DeepCheckOfSockets, FindsAddressesThatExcludeEachOther) {
  const SiteFolder folder;
  const std::string port = std::to_string(listen_somewhere().port());
  EXPECT_THAT(
      found(folder, "listen: [" + port + ", \"127.0.0.1:" + port + "\"]" + std::string(site)),
      ElementsAre(HasSubstr("127.0.0.1:" + port + " cannot be had beside *:" + port +
                            " (F/frontis.yaml:1:10); keep one of them")));
}

TEST(DeepCheckOfSockets, LooksAtUnixSocketsAndChangesNothing) {
  const SiteFolder folder;
  folder.write("file", "precious\n");
  EXPECT_THAT(found(folder, "listen: [\"unix:./file\", \"unix:./none/s\", \"unix:./s\"]" +
                                std::string(site)),
              ElementsAre("F/frontis.yaml:1:10: cannot listen on unix:F/file: what is there is no "
                          "socket; move it away or listen elsewhere",
                          "F/frontis.yaml:1:25: cannot listen on unix:F/none/s: its folder "
                          "F/none: No such file or directory; make the folder"));
  EXPECT_TRUE(std::filesystem::exists(folder / "file"));
  EXPECT_FALSE(std::filesystem::exists(folder / "s"));
}

TEST(DeepCheckOfSockets, TellsAUnixSocketInUseFromOneThatWasLeft) {
  const SiteFolder folder;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, (folder / "s").c_str());
  {
    const Descriptor server(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(server.number(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(server.number(), 1), 0);
    EXPECT_THAT(found(folder, "listen: unix:./s" + std::string(site)),
                ElementsAre(HasSubstr("unix:F/s is in use, by process ")));
  }
  EXPECT_THAT(found(folder, "listen: unix:./s" + std::string(site)), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(folder / "s"));
}

TEST(DeepCheckOfApps, IsAPartOfIt) {
  const SiteFolder folder;
  folder.write("file", "no socket\n");
  EXPECT_THAT(
      found(folder, "listen: unix:./s\napps: {a: {http: \"unix:file\"}}" + std::string(site)),
      ElementsAre("F/frontis.yaml:2:18: app 'a': unix:F/file is no socket; correct the "
                  "path"));
}

}  // namespace
}  // namespace frontis::commands
