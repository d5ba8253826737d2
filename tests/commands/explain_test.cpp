#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include "base/log.h"
#include "media/pins.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class Explain : public testing::Test {
 protected:
  Explain() {
    folder_.write("root/plain.css", "body { color: red }\n");
    folder_.write("root/index.html", "<!doctype html>\n");
    folder_.write("root/good.900150983cd2.txt", "abc");
    folder_.write("root/wrong.900150983cd2.txt", "abd");
    folder_.write("root/.hidden", "no\n");
    std::filesystem::create_directory(folder_ / "root/folder");
    configure("");
  }

  // Of ourselves unless `top` names another user: what root would see is remarked upon.
  void configure(const std::string& top) {
    const bool names_user = top.find("user:") != std::string::npos;
    const std::string user = std::string("user: ") + getpwuid(geteuid())->pw_name + "\n";
    folder_.write("frontis.yaml", (names_user ? top : user + top) +
                                      "sites:\n"
                                      "  www.example.org:\n"
                                      "    /: {files: root}\n"
                                      "    /gone: {respond: 410}\n"
                                      "    /old/: {redirect: \"https://example.org$uri\"}\n"
                                      "  example.net:\n"
                                      "    /only/: {files: root, fingerprinted: true}\n");
  }

  // What is said, with the folder as "F".
  std::string said(const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"explain", "-c", folder_ / "frontis.yaml"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Ran ran = run_command(all);
    EXPECT_EQ(ran.code, done) << ran.errors;
    EXPECT_THAT(ran.errors, IsEmpty());
    return folder_.shortened(ran.out);
  }

  // The lines before the empty one.
  std::vector<std::string> story(const std::vector<std::string>& arguments) {
    const std::string text = said(arguments);
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line) && !line.empty();) lines.push_back(line);
    return lines;
  }

  SiteFolder folder_;
};

TEST_F(Explain, TellsTheDecisionsThenTheHeadThenTheLength) {
  const std::string text = said({"/plain.css"});
  EXPECT_THAT(text, StartsWith("GET http://www.example.org/plain.css\n"
                               "# site 'www.example.org', route '/'\n"
                               "# file F/root/plain.css\n"
                               "# type text/css; charset=utf-8\n"
                               "# variant identity, 20 bytes: there is nothing smaller\n"
                               "# caching 'auto': the name proves nothing about the content\n"
                               "\n"
                               "HTTP/1.1 200 OK\n"
                               "Date: "));
  EXPECT_THAT(text, HasSubstr("\nContent-Length: 20\nContent-Type: text/css; charset=utf-8\n"));
  EXPECT_TRUE(text.ends_with("\nX-Content-Type-Options: nosniff\n\n# body: 20 bytes\n")) << text;
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

struct StoryRow {
  std::vector<std::string> arguments;
  std::string part;  // of what is said
};

TEST_F(Explain, TellsEveryKindOfAnswer) {
  const StoryRow rows[] = {
      {{"/good.900150983cd2.txt"}, "# caching 'immutable': the fingerprint in the name fits"},
      {{"/wrong.900150983cd2.txt"}, "# caching 'refused': the fingerprint in the name does not"},
      {{"/missing.css"}, "no such file\n\nHTTP/1.1 404 Not Found\n"},
      {{"/missing.a00150983cd2.css"}, "# the name is fingerprinted, so the answer is 404 no-store"},
      {{"/.hidden"}, "refused by name, it is a dotfile; list it under 'allow:'"},
      {{"/"}, "# file F/root/index.html\n"},
      {{"/folder"}, "HTTP/1.1 404 Not Found\n"},
      {{"/gone"}, "# the route says: respond 410\n\nHTTP/1.1 410 Gone\n"},
      {{"/old/a?b=c"}, "# the route says: redirect to https://example.org/old/a?b=c\n"},
      {{"http://example.net/plain.css"}, "# no site or route takes host 'example.net' and path"},
      {{"https://EXAMPLE.net:443/only/plain.css"}, "# site 'example.net', route '/only/'\n"},
      {{"HTTP://www.example.org"}, "GET HTTP://www.example.org/\n"},
      {{"http://www.example.org?a"}, "GET http://www.example.org/?a\n"},
      {{"/plain.css#top"}, "GET http://www.example.org/plain.css\n"},
      {{"/plain.css", "-H", "Host: example.net"}, "# no site or route takes host 'example.net'"},
      {{"/plain.css", "-X", "POST"}, "# a file answers GET, HEAD, OPTIONS\n\nHTTP/1.1 405 "},
      {{"/plain.css", "-X", "HEAD"}, "\n# no body: HEAD asks for the head alone\n"},
      {{"/plain.css", "-X", "OPTIONS"}, "HTTP/1.1 204 No Content\n"},
      {{"*", "-X", "OPTIONS"}, "OPTIONS * of www.example.org\n# OPTIONS * asks for no path"},
      {{"/plain.css", "-X", "TRACE"}, "# CONNECT and TRACE are refused everywhere\n"},
      {{"/plain.css", "-H", "Connection: close"}, "\nConnection: close\n"},
  };
  for (const StoryRow& row : rows) {
    EXPECT_THAT(said(row.arguments), HasSubstr(row.part)) << testing::PrintToString(row.arguments);
  }
}

TEST_F(Explain, TellsWhatBecameOfConditionsAndRanges) {
  const std::string date = "Fri, 01 Jan 2100 00:00:00 GMT";
  const StoryRow rows[] = {
      {{"-H", "If-None-Match: *"}, "# If-None-Match names this ETag: 304\n\nHTTP/1.1 304 "},
      {{"-H", "If-None-Match: *"}, "\n# no body: 304 has none\n"},
      {{"-H", "If-None-Match: \"a\""}, "# If-None-Match does not name this ETag, so"},
      {{"-H", "If-Modified-Since: " + date}, "HTTP/1.1 "},
      {{"-H", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"},
       "# If-Modified-Since is older than the file, or no date"},
      {{"-H", "If-Match: \"a\""}, "# If-Match names another ETag: 412\n\nHTTP/1.1 412 "},
      {{"-H", "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"},
       "# the file has changed since If-Unmodified-Since: 412\n"},
      {{"-H", "Range: bytes=0-3"}, "# Range 'bytes=0-3' is met\n\nHTTP/1.1 206 "},
      {{"-H", "Range: bytes=0-3"}, "\n# body: 4 bytes\n"},
      {{"-H", "Range: bytes=99-"}, "# Range 'bytes=99-' lies beyond the end: 416\n"},
      {{"-H", "Range: pages=1-2"}, "# Range 'pages=1-2' is not used: it is malformed"},
      {{"-H", "Range: bytes=0-3", "-H", "If-Range: \"a\""}, "is not used: If-Range names another"},
      {{"-H", "Range: bytes=0-3", "-X", "HEAD"}, "is not used: it is for GET alone\n"},
      {{"-H", "Accept-Encoding: identity;q=0"},
       "# Accept-Encoding accepts none of what there is: 406\n\nHTTP/1.1 406 "},
  };
  for (const StoryRow& row : rows) {
    std::vector<std::string> arguments{"/plain.css"};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    EXPECT_THAT(said(arguments), HasSubstr(row.part)) << testing::PrintToString(row.arguments);
  }
}

TEST_F(Explain, TellsWhyARequestIsRefused) {
  const StoryRow rows[] = {
      {{"http://u@x/"}, "# the request is refused: "},
      {{"http://[::1/"}, "HTTP/1.1 400 Bad Request\n"},
      {{"http://x:99999/"}, "HTTP/1.1 400 Bad Request\n"},
      {{"/%zz"}, "HTTP/1.1 400 Bad Request\n"},
      {{"/../etc/passwd"}, "HTTP/1.1 400 Bad Request\n"},
      {{"/a b"}, "HTTP/1.1 400 Bad Request\n"},
      {{"/", "-X", "BREW"}, "HTTP/1.1 501 Not Implemented\n"},
      {{"/", "-H", "Content-Length : 5"}, "HTTP/1.1 400 Bad Request\n"},
      {{"/" + std::string(9000, 'a')}, "HTTP/1.1 414 URI Too Long\n"},
  };
  for (const StoryRow& row : rows) {
    const std::string text = said(row.arguments);
    EXPECT_THAT(text, HasSubstr("# the request is refused: "));
    EXPECT_THAT(text, HasSubstr(row.part));
    EXPECT_THAT(text, HasSubstr("\nConnection: close\n"));
  }
}

TEST_F(Explain, HashesALargeFileAsAServerHasAfterItsFirstRequest) {
  folder_.write("root/film.css", std::string(9 * 1024 * 1024, 'x'));
  EXPECT_THAT(said({"/film.css"}), Not(HasSubstr("ETag: W/")));
}

TEST_F(Explain, KnowsWhatWasPinnedAndPinsNothing) {
  configure("state: ./state\n");
  const std::string url = "http://example.net/only/plain.css";
  EXPECT_THAT(said({url}), HasSubstr("# caching 'immutable': the route declares"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "state"));
  {
    const auto log = Log::silent();
    media::Press press(0, *log);
    media::Pins pins(folder_ / "state", press, *log);
    static_cast<void>(pins.check("example.net/only/plain.css", media::sha256("other")));
  }
  EXPECT_THAT(said({url}), HasSubstr("# caching 'refused': other content was served"));
  // Had the question been kept, it would have been answered otherwise now.
  folder_.write("root/new.css", "one\n");
  said({"http://example.net/only/new.css"});
  folder_.write("root/new.css", "another\n");
  EXPECT_THAT(said({"http://example.net/only/new.css"}), HasSubstr("# caching 'immutable'"));
}

TEST_F(Explain, SeesWhatTheConfiguredUserSees) {
  const bool is_root = geteuid() == 0;
  const std::string user = is_root ? "nobody" : getpwuid(geteuid())->pw_name;
  configure("user: " + user + "\n");
  folder_.mode("root/plain.css", 0);
  EXPECT_THAT(said({"/plain.css"}), HasSubstr("not readable by user '" + user + "' (mode 0000)\n"));
}

TEST_F(Explain, SaysThatARootIsClosedToTheConfiguredUser) {
  configure(std::string("user: ") + (geteuid() == 0 ? "nobody" : getpwuid(geteuid())->pw_name) +
            "\n");
  folder_.mode("root", 0);
  const std::string all = said({"/"});
  folder_.mode("root", 0755);
  EXPECT_THAT(all, HasSubstr("the root F/root cannot be opened: Permission denied"));
}

TEST_F(Explain, SaysThatItCannotSeeAsAnother) {
  configure("user: nosuchuser\n");
  EXPECT_THAT(
      story({"/gone"}),
      ElementsAre("GET http://www.example.org/gone",
                  HasSubstr("# files are read as ourselves: user: there is no user"),
                  "# site 'www.example.org', route '/gone'", "# the route says: respond 410"));
}

TEST(ExplainWithoutAUser, RemarksThatRootMaySeeMoreThanAService) {
  const SiteFolder folder;
  const std::string file = folder.write("frontis.yaml", "sites: {\"*\": {/: {respond: 404}}}\n");
  const Ran ran = run_command({"explain", "/a", "-c", file});
  const std::string remark =
      "# no 'user': judged as root; a service that runs as somebody else may see less: set 'user', "
      "or run `runuser -u frontis -- frontis explain /a -c F/frontis.yaml`\n";
  const bool is_remarked = folder.shortened(ran.out).find(remark) != std::string::npos;
  EXPECT_EQ(is_remarked, geteuid() == 0) << ran.out;
}

TEST(ExplainOfABadConfiguration, NamesTheFault) {
  const SiteFolder folder;
  const std::string file = folder.write("frontis.yaml", "sites: {}\n");
  const Ran ran = run_command({"explain", "/", "-c", file});
  EXPECT_EQ(ran.code, found_fault);
  EXPECT_THAT(ran.errors, HasSubstr("frontis.yaml:1:"));
  EXPECT_THAT(ran.out, IsEmpty());
}

}  // namespace
}  // namespace frontis::commands
