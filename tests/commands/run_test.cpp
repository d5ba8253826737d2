#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands/acting_user.h"
#include "environment.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::HasSubstr;
using testing::Not;

struct RunRow {
  std::vector<std::string> arguments;
  std::string said;
};

// What keeps `run` from starting; serving itself is tested over the wire.
TEST(Run, SaysWhatIsWrongWithItsArguments) {
  const SiteFolder folder;
  const Environment cache("XDG_CACHE_HOME", folder / "cache");
  folder.write("file.txt", "no directory\n");
  folder.write("file.py", "app = None\n");
  const std::string root = folder / "root";
  const RunRow rows[] = {
      {{"F/nowhere"},
       "frontis run: the directory 'F/nowhere' does not exist; make it, or correct the path\n"},
      {{"F/file.txt"}, "frontis run: 'F/file.txt' is not a directory\n"},
      {{"F/a\"b\\c\nd"}, "does not exist; make it, or correct the path\n"},
      {{"F/root", "--static", "F/none=/s/"},
       "frontis run: the directory 'F/none' does not exist; make it, or correct the path\n"},
      {{"F/root", "--static", "F/root=/a b/../"}, "frontis run: route '/a b/../' has a segment"},
      {{"--static", "F/root", "--static", "F/root"}, "'/static/'"},
      {{"F/root", "--listen", "unix:F/none/frontis.sock"}, "cannot listen on unix:F/none/"},
      {{"F/root", "--listen", "unix:F/s", "--access-log", "F/none/log"}, "F/none/log"},
      {{"F/none", "--app", "mysite.wsgi"},
       "frontis run: the directory 'F/none' does not exist; make it, or correct the path\n"},
      {{"F/root", "--app", "mysite.wsgi", "--python", "a b"},
       "frontis run: expected a Python interpreter"},
      {{"mysite.wsgi:application"}, "To run an application: frontis run --app mysite.wsgi:appl"},
      {{"F/file.py"}, "To run an application: frontis run F --app file:app\n"},
      {{"F/root", "--app", "mysite.wsgi", "--python", "F/none/bin/python"},
       "frontis run: the interpreter F/none/bin/python cannot be run: No such file or directory; "
       "make its virtualenv (python3 -m venv), or correct --python\n"},
      {{"F/root", "--app", "mysite.wsgi", "--python", "python9"},
       "frontis run: there is no 'python9' in PATH; install it, or name an interpreter with "
       "--python\n"},
      {{"F/root", "--state", "~/state"}, "frontis run: '~' is not replaced here"},
  };
  for (const RunRow& row : rows) {
    std::vector<std::string> arguments{"run"};
    for (const std::string& argument : row.arguments) {
      arguments.push_back(replaced(argument, "F", folder.path().native()));
    }
    const Ran ran = run_command(arguments);
    EXPECT_EQ(ran.code, found_fault) << testing::PrintToString(row.arguments);
    EXPECT_THAT(folder.shortened(ran.errors), HasSubstr(row.said));
  }
}

// A folder that this user may not enter would be nothing but 404. (Root may enter each.)
TEST(Run, RefusesAFolderThatCannotBeEntered) {
  const SiteFolder folder;
  folder.mode("root", 0);
  auto acting = ActingUser::become(geteuid() == 0 ? "nobody" : "");
  ASSERT_TRUE(acting) << acting.error().message;
  const Ran ran = run_command({"run", folder / "root", "--listen", "unix:/nowhere/s"});
  acting->reset();
  folder.mode("root", 0755);
  EXPECT_EQ(ran.code, found_fault);
  EXPECT_THAT(folder.shortened(ran.errors),
              HasSubstr("frontis run: F/root cannot be entered: Permission denied; let user '"));
  EXPECT_THAT(folder.shortened(ran.errors),
              HasSubstr("enter it and the folders above it (namei -l F/root)\n"));
}

// What it would serve cannot be listened to, so that it ends at once.
Ran run_without_socket(const SiteFolder& folder, std::vector<std::string> more) {
  std::vector<std::string> arguments{"run", folder / "root", "--listen",
                                     "unix:" + (folder / "none/frontis.sock").native()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_command(arguments);
}

TEST(Run, MakesAStateFolderBelowTheCacheOfTheUser) {
  const SiteFolder folder;
  const Environment cache("XDG_CACHE_HOME", folder / "cache");
  EXPECT_EQ(run_without_socket(folder, {}).code, found_fault);
  EXPECT_TRUE(std::filesystem::is_directory(folder / "cache/frontis"));
}

TEST(Run, MakesNoneWhenItIsToldSo) {
  const SiteFolder folder;
  const Environment cache("XDG_CACHE_HOME", folder / "cache");
  EXPECT_THAT(run_without_socket(folder, {"--state", "none"}).errors, Not(HasSubstr("compressed")));
  EXPECT_THAT(run_without_socket(folder, {"--state", folder / "state"}).errors,
              Not(HasSubstr("compressed")));
  EXPECT_FALSE(std::filesystem::exists(folder / "cache"));
}

TEST(Run, SaysThatNothingIsCompressedWithoutAFolderForIt) {
  const SiteFolder folder;
  folder.write("file", "x\n");
  const Environment cache("XDG_CACHE_HOME", folder / "file/cache");
  const Environment home("HOME", folder / "nowhere");
  EXPECT_THAT(run_without_socket(folder, {}).errors,
              HasSubstr("no cache folder can be made, so nothing is compressed: name one with "
                        "--state"));
  EXPECT_FALSE(std::filesystem::exists(folder / "nowhere"));
}

}  // namespace
}  // namespace frontis::commands
