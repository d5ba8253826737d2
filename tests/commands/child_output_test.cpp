#include "commands/child_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "site_folder.h"

namespace frontis::commands {
namespace {

using std::chrono::milliseconds;

TEST(ChildOutput, IsAllThatTheProgramPrints) {
  const SiteFolder folder;
  const auto said =
      child_output({"sh", "-c", "cat; pwd; printf '%s' \"$0\"", "a b; c"}, folder / "root");
  ASSERT_TRUE(said) << said.error().message;
  EXPECT_EQ(*said, (folder / "root").native() + "\na b; c");
}

TEST(ChildOutput, LeavesErrorsWhereTheyAreRead) {
  testing::internal::CaptureStderr();
  const auto said = child_output({"sh", "-c", "echo bad >&2"}, "/");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "bad\n");
  ASSERT_TRUE(said);
  EXPECT_EQ(*said, "");
}

TEST(ChildOutput, TellsWhyThereIsNone) {
  const struct {
    std::vector<std::string> command;
    ChildBounds bounds;
    std::string message;
  } cases[] = {
      {{"/nonexistent"}, {}, "/nonexistent cannot be run: No such file or directory"},
      {{"sh", "-c", "exit 3"}, {}, "sh has ended with status 3"},
      {{"sh", "-c", "kill -9 $$"}, {}, "sh has ended with signal 9"},
      {{"sh", "-c", "exec yes"}, {}, "sh has said more than 65536 bytes"},
      {{"sleep", "100"}, {milliseconds(1), 10}, "sleep has not ended within 0 seconds"},
      {{"sh", "-c", "exec sleep 100 >&-"},
       {milliseconds(50), 10},
       "sh has not ended within 0 seconds"},
  };
  for (const auto& one : cases) {
    const auto said = child_output(one.command, "/", one.bounds);
    ASSERT_FALSE(said);
    EXPECT_EQ(said.error().message, one.message);
  }
}

TEST(ChildOutput, NeedsAFolderThatIsThere) {
  const auto said = child_output({"true"}, "/nonexistent");
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().message, "true cannot be run: No such file or directory");
}

}  // namespace
}  // namespace frontis::commands
