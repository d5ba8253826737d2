#include "media/draft.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

class DraftTest : public ::testing::Test {
 protected:
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(scratch_ / "folder")) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  ScratchFolder scratch_;
};

TEST_F(DraftTest, HasItsNameOnlyOnceItIsFinished) {
  auto draft = Draft::begin(scratch_ / "folder", "name");
  ASSERT_TRUE(draft.has_value()) << draft.error().message;
  EXPECT_TRUE(draft->write("one ").has_value());
  EXPECT_TRUE(draft->write("two").has_value());
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "folder/name"));
  for (const auto& entry : std::filesystem::directory_iterator(scratch_ / "folder")) {
    EXPECT_TRUE(Draft::is_temporary(entry.path().filename().string())) << entry.path();
  }
  EXPECT_TRUE(draft->finish().has_value());
  EXPECT_EQ(scratch_.read("folder/name"), "one two");
  EXPECT_EQ(files(), 1U);
}

TEST_F(DraftTest, GoesAwayUnlessItIsFinished) {
  {
    auto draft = Draft::begin(scratch_ / "folder", "name");
    ASSERT_TRUE(draft.has_value());
    const Draft moved = std::move(*draft);
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(DraftTest, DoesNotDisturbAnotherOfTheSameName) {
  auto first = Draft::begin(scratch_ / "folder", "name");
  auto second = Draft::begin(scratch_ / "folder", "name");
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->write("first").has_value());
  EXPECT_TRUE(second->write("second").has_value());
  EXPECT_TRUE(second->finish().has_value());
  EXPECT_EQ(scratch_.read("folder/name"), "second");
  EXPECT_TRUE(first->finish().has_value());
  EXPECT_EQ(scratch_.read("folder/name"), "first");
  EXPECT_EQ(files(), 1U);
}

TEST_F(DraftTest, FailsWhenItsFolderGoesAway) {
  auto draft = Draft::begin(scratch_ / "folder", "name");
  ASSERT_TRUE(draft.has_value());
  std::filesystem::remove_all(scratch_ / "folder");
  const auto finished = draft->finish();
  ASSERT_FALSE(finished.has_value());
  EXPECT_EQ(finished.error().kind, ErrorKind::io);
  EXPECT_NE(finished.error().message.find((scratch_ / "folder/name").string()), std::string::npos);
}

}  // namespace
}  // namespace frontis::media
