#include "commands/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Commands, AreAllShownByHelp) {
  const Ran ran = run_command({"--help"});
  EXPECT_EQ(ran.code, done);
  EXPECT_THAT(ran.out, HasSubstr("Example:\n  frontis "));
  for (const Command& command : all()) {
    EXPECT_THAT(ran.out, HasSubstr(std::string(command.name)));
    EXPECT_THAT(ran.out, HasSubstr(std::string(command.summary)));
  }
}

TEST(Commands, HaveHelpOfTheirOwnWithAnExample) {
  for (const Command& command : all()) {
    const Ran ran = run_command({std::string(command.name), "--help"});
    EXPECT_EQ(ran.code, done) << command.name;
    EXPECT_THAT(ran.out, HasSubstr("Example:\n  " + std::string(command.example)));
    EXPECT_THAT(ran.errors, IsEmpty());
  }
}

TEST(Commands, ServeIsTheOneThatNeedsNoName) { EXPECT_EQ(all().front().name, "serve"); }

TEST(Commands, TellTheVersion) {
  const Ran ran = run_command({"--version"});
  EXPECT_EQ(ran.code, done);
  EXPECT_THAT(ran.out, testing::MatchesRegex("frontis [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

struct BadUsageRow {
  std::vector<std::string> arguments;
  std::string said;
};

TEST(Commands, AnswerBadUsageWithTwoAndSayWhatWasNotUnderstood) {
  const BadUsageRow rows[] = {
      {{"--nonsense"}, "--nonsense"},
      {{"nonsense"}, "nonsense"},
      {{"serve", "--nonsense"}, "--nonsense"},
      {{"serve", "-c"}, "--config"},
      {{"check", "one"}, "one"},
      {{"check", "--dep"}, "--dep"},
      {{"check", "serve"}, "serve"},
      {{"run", "--app", "mysite/wsgi.py"}, "write --app mysite.wsgi"},
      {{"run", "--app", "a b"}, "found 'a b'"},
      {{"run", "--processes", "4"}, "--app"},
      {{"run", "--app", "a", "--processes", "0"}, "--processes"},
      {{"init", "--settings", "a b"}, "found 'a b'"},
      {{"explain"}, "URL"},
      {{"explain", "frontis.yaml"}, "found 'frontis.yaml'"},
      {{"explain", "ftp://example.org/"}, "found 'ftp://example.org/'"},
      {{"explain", "/a\r\nHost: x"}, "a URL has no line ends"},
      {{"explain", "/", "-H", "Accept: a\r\nX: b"}, "a header has no line ends"},
      {{"explain", "/", "-H", "Accept-Encoding br"}, "found 'Accept-Encoding br'"},
      {{"explain", "/", "-H", ": br"}, "found ': br'"},
      {{"explain", "/", "-X", "GET /b"}, "found 'GET /b'"},
      {{"run", "--listen"}, "--listen"},
      {{"run", "--listen", "x"}, "found 'x'"},
      {{"run", "--static", "=/static/"}, "expected a directory before '='"},
      {{"run", "one", "two"}, "two"},
  };
  for (const BadUsageRow& row : rows) {
    const Ran ran = run_command(row.arguments);
    EXPECT_EQ(ran.code, bad_usage) << testing::PrintToString(row.arguments);
    EXPECT_THAT(ran.errors, HasSubstr(row.said));
    EXPECT_THAT(ran.out, IsEmpty());
  }
}

TEST(Commands, UseNoColourWhereThereIsNoTerminal) {
  const SiteFolder folder;
  const std::string file = folder.write("frontis.yaml", "sitess: 1\n");
  const Ran ran = run_command({"check", "-c", file});
  EXPECT_THAT(ran.out + ran.errors, Not(HasSubstr("\x1b")));
  EXPECT_THAT(ran.errors, HasSubstr("sitess"));
}

}  // namespace
}  // namespace frontis::commands
