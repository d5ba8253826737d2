#include "commands/apps_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "../net/loopback.h"
#include "base/descriptor.h"
#include "base/user.h"
#include "config/load.h"
#include "environment.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

Findings check(const SiteFolder& folder, const std::string& yaml) {
  const auto loaded = config::load_text(yaml, folder / "frontis.yaml");
  for (const config::Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  Findings findings;
  if (loaded.settings) check_apps(*loaded.settings, findings);
  return findings;
}

std::vector<std::string> shortened(const SiteFolder& folder, std::vector<std::string> all) {
  const std::string user = user_text(geteuid());
  for (std::string& one : all) one = replaced(folder.shortened(one), user, "USER");
  return all;
}

const std::string sites = "sites: {\"*\": {/: {respond: 404}}}\n";

struct Case {
  std::string name;
  std::function<void(const SiteFolder&)> prepare;
  std::string top;  // beside `sites`
  std::vector<std::string> findings, notes;
};
void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class AppsCheck : public testing::TestWithParam<Case> {};

TEST_P(AppsCheck, FindsWhatAnAppWouldLack) {
  const SiteFolder folder;
  folder.write("bin/python", "#!/bin/sh\n");
  folder.mode("bin/python", 0755);
  GetParam().prepare(folder);
  const Findings findings = check(folder, GetParam().top + sites);
  EXPECT_THAT(shortened(folder, findings.all()), ElementsAreArray(GetParam().findings));
  EXPECT_THAT(shortened(folder, findings.notes()), ElementsAreArray(GetParam().notes));
}

void project(const SiteFolder& folder) {
  folder.write("mysite/__init__.py", "");
  folder.write("mysite/wsgi.py", "");
}

const Case cases[] = {
    {"a project that is complete",
     project,
     "apps: {a: {wsgi: mysite.wsgi, python: bin/python, reload_on: mysite/wsgi.py}}\n",
     {},
     {}},
    {"a module that is a package",
     [](const SiteFolder& folder) { folder.write("app/__init__.py", ""); },
     "apps: {a: {wsgi: app, python: bin/python}}\n",
     {},
     {}},
    {"a package without its module",
     [](const SiteFolder& folder) { folder.write("mysite/__init__.py", ""); },
     "apps: {a: {wsgi: mysite.wsgi, python: bin/python}}\n",
     {"F/frontis.yaml:1:8: app 'a': there is no module 'mysite.wsgi': neither F/mysite/wsgi.py nor "
      "F/mysite/wsgi/__init__.py; correct 'wsgi' or 'directory'"},
     {}},
    {"a module in a folder without any Python",
     [](const SiteFolder&) {},
     "apps: {a: {wsgi: mysite.wsgi, python: bin/python}}\n",
     {"F/frontis.yaml:1:8: app 'a': there is no module 'mysite.wsgi' in F, and no other Python "
      "file; correct 'directory' (Django: the folder where manage.py is)"},
     {}},
    {"a module that may be installed in the virtualenv",
     [](const SiteFolder& folder) { folder.write("pyvenv.cfg", ""); },
     "apps: {a: {wsgi: mysite.wsgi, python: bin/python}}\n",
     {},
     {"F/frontis.yaml:1:8: app 'a': whether there is a module 'mysite.wsgi' cannot be judged: "
      "nothing in F has its name, so it must be installed for the interpreter; if it is not, "
      "correct 'directory'"}},
    {"a module that is nowhere near",
     [](const SiteFolder& folder) { folder.write("other/__init__.py", ""); },
     "apps: {a: {wsgi: mysite.wsgi, python: bin/python}}\n",
     {},
     {"F/frontis.yaml:1:8: app 'a': whether there is a module 'mysite.wsgi' cannot be judged: "
      "nothing in F has its name, so it must be installed for the interpreter; if it is not, "
      "correct 'directory'"}},
    {"an interpreter that is not there",
     project,
     "apps: {a: {wsgi: mysite.wsgi, python: venv/bin/python}}\n",
     {"F/frontis.yaml:1:8: app 'a': the interpreter F/venv/bin/python cannot be run: No such file "
      "or directory; make its virtualenv (python3 -m venv), or correct 'python'"},
     {}},
    {"an interpreter that is a folder",
     project,
     "apps: {a: {wsgi: mysite.wsgi, python: ./bin}}\n",
     {"F/frontis.yaml:1:8: app 'a': the interpreter F/bin cannot be run: it is no file; make its "
      "virtualenv (python3 -m venv), or correct 'python'"},
     {}},
    {"an interpreter that nobody may run",
     [](const SiteFolder& folder) {
       project(folder);
       folder.mode("bin/python", 0644);
     },
     "apps: {a: {wsgi: mysite.wsgi, python: bin/python}}\n",
     {"F/frontis.yaml:1:8: app 'a': the interpreter F/bin/python cannot be run: Permission "
      "denied; make its virtualenv (python3 -m venv), or correct 'python'"},
     {}},
    {"an interpreter that is not in PATH",
     project,
     "apps: {a: {wsgi: mysite.wsgi, python: python9}}\n",
     {"F/frontis.yaml:1:8: app 'a': there is no 'python9' in PATH; install it, or name an "
      "interpreter with 'python'"},
     {}},
    {"files to reload on that are not there",
     project,
     "apps: {a: {wsgi: mysite.wsgi, python: bin/python, reload_on: [now, none/now]}}\n",
     {"F/frontis.yaml:1:8: app 'a': the file F/none/now of 'reload_on' cannot be seen: No such "
      "file or directory; correct its path, or let USER enter its folder"},
     {"F/frontis.yaml:1:8: app 'a': the file F/now of 'reload_on' is not there yet; `touch` makes "
      "it"}},
    {"sockets that are not there, or none",
     [](const SiteFolder& folder) { folder.write("file", ""); },
     "apps: {a: {http: [\"unix:s\", \"unix:file\", \"unix:file/s\"]}}\n",
     {"F/frontis.yaml:1:29: app 'a': unix:F/file is no socket; correct the path",
      "F/frontis.yaml:1:42: app 'a': unix:F/file/s cannot be connected to: Not a directory; "
      "correct the path"},
     {"F/frontis.yaml:1:19: app 'a': unix:F/s is not there; start what listens there, or correct "
      "the path: until then it is answered for with 502"}},
    {"a folder for bodies that is not there",
     [](const SiteFolder&) {},
     "buffers: {folder: spool}\n"
     "apps: {a: {wsgi: bin, python: bin/python}}\n",
     {"F/frontis.yaml:2:8: app 'a': there is no module 'bin': neither F/bin.py nor "
      "F/bin/__init__.py; correct 'wsgi' or 'directory'",
      "F/frontis.yaml:1:19: buffers.folder: nothing can be written in F/spool: No such file or "
      "directory; "
      "bodies that do not fit in memory need it"},
     {}},
    {"a folder for bodies that nobody needs",
     [](const SiteFolder&) {},
     "buffers: {folder: spool}\n",
     {},
     {}},
};

std::string name_of(const testing::TestParamInfo<Case>& info) {
  std::string name = info.param.name;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Deep, AppsCheck, testing::ValuesIn(cases), name_of);

TEST(AppsCheckOfPorts, NotesThatNobodyListens) {
  const SiteFolder folder;
  // Bound, so that nobody else can have the port; nobody listens before listen().
  const net::Loopback server = net::bound_to_loopback();
  const std::string port = std::to_string(server.port());
  const std::string yaml = "apps: {a: {http: " + port +
                           "}}\nsites: {\"*\": {/: [{memcached: " + port +
                           ", key: a}, {app: a}]}}\n";
  const Findings closed = check(folder, yaml);
  EXPECT_THAT(closed.all(), IsEmpty());
  EXPECT_THAT(shortened(folder, closed.notes()),
              ElementsAre("F/frontis.yaml:1:18: app 'a': 127.0.0.1:" + port +
                              ": nobody listens there; start what should, or correct the port: "
                              "until then it is answered for with 502",
                          "F/frontis.yaml:2:31: memcached: 127.0.0.1:" + port +
                              ": nobody listens there; start what should, or correct the port: "
                              "until then its route passes every request on"));
  ASSERT_EQ(listen(server.socket.number(), 10), 0);
  const Findings open = check(folder, yaml);
  EXPECT_THAT(open.all(), IsEmpty());
  EXPECT_THAT(open.notes(), IsEmpty());
}

TEST(AppsCheckOfPorts, FindsANameThatNobodyHas) {
  const SiteFolder folder;
  const Findings findings = check(folder, "apps: {a: {http: \"nowhere.invalid:80\"}}\n" + sites);
  EXPECT_THAT(shortened(folder, findings.all()),
              ElementsAre(testing::AllOf(HasSubstr("F/frontis.yaml:1:18: "),
                                         HasSubstr("nowhere.invalid"))));
}

TEST(AppsCheckOfUnixSockets, TellsOneThatAnswersFromOneThatWasLeft) {
  const SiteFolder folder;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, (folder / "s").c_str());
  const std::string yaml = "apps: {a: {uwsgi: \"unix:s\"}}\n" + sites;
  {
    const Descriptor server(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(bind(server.number(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(server.number(), 1), 0);
    EXPECT_THAT(check(folder, yaml).notes(), IsEmpty());
  }
  const Findings left = check(folder, yaml);
  EXPECT_THAT(left.all(), IsEmpty());
  EXPECT_THAT(shortened(folder, left.notes()),
              ElementsAre("F/frontis.yaml:1:19: app 'a': unix:F/s is left over from something that "
                          "has ended; start what listens there, or correct the path: until then "
                          "it is answered for with 502"));
}

}  // namespace
}  // namespace frontis::commands
