#include "media/identity.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/descriptor.h"
#include "scratch_folder.h"

namespace frontis::media {
namespace {

constexpr std::int64_t second = 1'000'000'000;

class IdentityTest : public ::testing::Test {
 protected:
  std::optional<Identity> at(const std::string& name) const {
    return identity_at(folder_.number(), name);
  }
  // Sets the time of its content. False where the file system does not hold such a time.
  bool set_mtime(const std::string& name, std::int64_t seconds, long nanoseconds) const {
    const timespec times[2] = {{0, UTIME_OMIT}, {seconds, nanoseconds}};
    struct stat now {};
    return utimensat(folder_.number(), name.c_str(), times, 0) == 0 &&
           fstatat(folder_.number(), name.c_str(), &now, 0) == 0 && now.st_mtim.tv_sec == seconds &&
           now.st_mtim.tv_nsec == nanoseconds;
  }

  ScratchFolder scratch_;
  const Descriptor folder_{open(scratch_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
};

Identity changed_at(std::int64_t ctime_ns) {
  Identity identity;
  identity.ctime_ns = ctime_ns;
  return identity;
}

TEST_F(IdentityTest, IsTheSameByPathAndByOpenFile) {
  const auto path = scratch_.write("a.css", "body {}");
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto identity = at("a.css");
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->size, 7U);
  EXPECT_EQ(identity_of(file.number()), identity);
  EXPECT_EQ(identity_at(file.number(), ""), identity);
  struct stat known {};
  ASSERT_EQ(stat(path.c_str(), &known), 0);
  EXPECT_EQ(identity->device, known.st_dev);
  EXPECT_EQ(identity->inode, known.st_ino);
}

TEST_F(IdentityTest, OnlyARegularFileHasOneAtItsPath) {
  std::filesystem::create_directory(scratch_ / "folder");
  scratch_.write("a.css", "x");
  scratch_.link("a.css", "link.css");
  ASSERT_EQ(mkfifo((scratch_ / "pipe").c_str(), 0600), 0);
  for (const char* name : {"missing", "folder", "link.css", "pipe", ""}) {
    errno = 0;
    EXPECT_FALSE(at(name)) << name;
    EXPECT_EQ(errno, ENOENT) << name;
  }
  EXPECT_FALSE(at("a.css/below"));
  EXPECT_EQ(errno, ENOTDIR);
}

TEST_F(IdentityTest, WhatIsNotOpenHasNone) {
  EXPECT_FALSE(identity_of(-1));
  EXPECT_EQ(errno, EBADF);
}

TEST_F(IdentityTest, EachChangeOfAFileGivesAnother) {
  scratch_.write("a.css", "older");
  const auto before = at("a.css");
  scratch_.write("a.css", "longer than before");
  const auto longer = at("a.css");
  EXPECT_NE(longer, before);
  EXPECT_EQ(longer->inode, before->inode);
  ASSERT_TRUE(set_mtime("a.css", 1'000'000'000, 5));
  EXPECT_NE(at("a.css"), longer);
  EXPECT_EQ(at("a.css")->mtime_ns, 1'000'000'000 * second + 5);
  std::filesystem::rename(scratch_.write("new", "newer"), scratch_ / "a.css");
  EXPECT_EQ(at("a.css")->size, before->size);
  EXPECT_NE(at("a.css")->inode, before->inode);
}

TEST_F(IdentityTest, TheSecondsOfATimeAreRoundedDown) {
  const std::pair<std::int64_t, std::int64_t> times[] = {
      {0, 0},
      {second - 1, 0},
      {second, 1},
      {5 * second + 999'999'999, 5},
      {-1, -1},
      {-second / 2, -1},
      {-second, -1},
      {-second - 1, -2},
      {std::numeric_limits<std::int64_t>::min(), -9'223'372'037},
      {std::numeric_limits<std::int64_t>::max(), 9'223'372'036}};
  for (const auto& [nanoseconds, seconds] : times) {
    Identity identity;
    identity.mtime_ns = nanoseconds;
    EXPECT_EQ(identity.mtime_seconds(), seconds) << nanoseconds;
  }
}

TEST_F(IdentityTest, HoldsTimesBefore1970AndAfter2262) {
  scratch_.write("a.css", "x");
  if (set_mtime("a.css", -2, 500'000'000)) {
    EXPECT_EQ(at("a.css")->mtime_ns, -1'500'000'000);
    EXPECT_EQ(at("a.css")->mtime_seconds(), -2);
  }
  if (set_mtime("a.css", 10'000'000'000, 1)) {
    EXPECT_EQ(at("a.css")->mtime_ns, std::numeric_limits<std::int64_t>::max());
  }
}

TEST_F(IdentityTest, IsSettledOnceItsTimesWouldShowTheNextChange) {
  const std::int64_t now = wall_nanoseconds();
  const std::int64_t whole = now - now % second;
  EXPECT_TRUE(is_settled(changed_at(whole - 3 * second)));
  EXPECT_TRUE(is_settled(changed_at(whole - 3 * second + 1)));
  EXPECT_TRUE(is_settled(changed_at(whole - second + 1)));
  EXPECT_FALSE(is_settled(changed_at(now + 3600 * second)));
  EXPECT_FALSE(is_settled(changed_at(whole + 3600 * second)));
}

// Where times tick once in two seconds, as a whole second gives reason to think.
TEST_F(IdentityTest, AWholeSecondIsDoubtedForLonger) {
  const std::int64_t now = wall_nanoseconds();
  const std::int64_t whole = now - now % second;
  const bool doubted = !is_settled(changed_at(whole));
  if (wall_nanoseconds() - whole >= 2 * second) GTEST_SKIP() << "the machine took too long";
  EXPECT_TRUE(doubted);
}

TEST_F(IdentityTest, ALookSeesWhateverStandsThere) {
  scratch_.link("nowhere", "link");
  const auto link = look_at(folder_.number(), "link", AT_SYMLINK_NOFOLLOW);
  ASSERT_TRUE(link);
  EXPECT_TRUE(S_ISLNK(link->mode));
  EXPECT_FALSE(look_at(folder_.number(), "link", 0));
  EXPECT_EQ(errno, ENOENT);
  const auto folder = look_at(folder_.number(), "", AT_EMPTY_PATH);
  ASSERT_TRUE(folder);
  EXPECT_TRUE(S_ISDIR(folder->mode));
}

}  // namespace
}  // namespace frontis::media
