#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::HasSubstr;

struct RunRow {
  std::vector<std::string> arguments;
  std::string said;
};

// What keeps `run` from starting; serving itself is tested over the wire.
TEST(Run, SaysWhatIsWrongWithItsArguments) {
  const SiteFolder folder;
  folder.write("file.txt", "no directory\n");
  const std::string root = folder / "root";
  const RunRow rows[] = {
      {{"F/nowhere"}, "frontis run: the directory 'F/nowhere' does not exist\n"},
      {{"F/file.txt"}, "frontis run: 'F/file.txt' is not a directory\n"},
      {{"F/a\"b\\c\nd"}, "does not exist\n"},
      {{"F/root", "--static", "F/none=/s/"},
       "frontis run: the directory 'F/none' does not exist\n"},
      {{"F/root", "--static", "F/root=/a b/../"}, "frontis run: route '/a b/../' has a segment"},
      {{"--static", "F/root", "--static", "F/root"}, "'/static/'"},
      {{"F/root", "--listen", "unix:F/none/frontis.sock"}, "cannot listen on unix:F/none/"},
      {{"F/root", "--listen", "unix:F/s", "--access-log", "F/none/log"}, "F/none/log"},
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

}  // namespace
}  // namespace frontis::commands
