#include "upstream/spool.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "../net/bodies.h"

namespace frontis::upstream {
namespace {

config::BufferSettings settings_with(std::uint32_t memory) {
  config::BufferSettings settings;
  settings.memory = memory;
  settings.folder = testing::TempDir();
  return settings;
}

// All from `offset` on, `most` bytes at a time.
std::string read_all(const Spool& spool, std::uint64_t offset, std::size_t most = 7) {
  std::string text;
  std::string room(most, '\0');
  while (true) {
    const auto got = spool.read(offset, room);
    EXPECT_TRUE(got) << got.error().message;
    if (!got || *got == 0) return text;
    text.append(room, 0, *got);
    offset += *got;
  }
}

TEST(Spool, GivesBackWhatItGotFromAnyOffset) {
  const std::string all = net::pattern(1'000);
  for (const std::uint32_t memory : {0U, 1U, 99U, 100U, 101U, 999U, 1'000U, 5'000U}) {
    const config::BufferSettings settings = settings_with(memory);
    Spool spool(settings, 1'000'000);
    for (std::size_t at = 0; at < all.size(); at += 100) {
      ASSERT_TRUE(spool.append(std::string_view(all).substr(at, 100)));
    }
    EXPECT_EQ(spool.size(), all.size());
    EXPECT_EQ(spool.begin(), 0U);
    EXPECT_EQ(spool.end(), all.size());
    EXPECT_EQ(spool.is_in_memory(), memory >= all.size()) << memory;
    for (const std::size_t from : {0UL, 1UL, 99UL, 100UL, 101UL, 555UL, 999UL, 1'000UL}) {
      EXPECT_EQ(read_all(spool, from), all.substr(from)) << memory << " from " << from;
    }
    EXPECT_EQ(read_all(spool, 0, 10'000), all);
  }
}

TEST(Spool, ForgetsWhatIsDroppedAndKeepsItsOffsets) {
  const std::string all = net::pattern(1'000);
  for (const std::uint32_t memory : {0U, 300U, 5'000U}) {
    const config::BufferSettings settings = settings_with(memory);
    Spool spool(settings, 1'000'000);
    for (std::size_t at = 0; at < all.size(); at += 100) {
      ASSERT_TRUE(spool.append(std::string_view(all).substr(at, 100)));
    }
    for (const std::size_t to : {0UL, 1UL, 299UL, 300UL, 301UL, 700UL, 1'000UL}) {
      spool.drop_to(to);
      EXPECT_EQ(spool.begin(), to);
      EXPECT_EQ(spool.size(), all.size() - to);
      EXPECT_EQ(spool.end(), all.size());
      EXPECT_EQ(read_all(spool, to), all.substr(to)) << memory;
    }
  }
}

TEST(Spool, UsesMemoryAgainWhenItsFileIsRead) {
  const config::BufferSettings settings = settings_with(10);
  Spool spool(settings, 1'000);
  std::string all;
  for (int round = 0; round < 5; ++round) {
    ASSERT_TRUE(spool.append("in memory"));
    EXPECT_TRUE(spool.is_in_memory()) << round;
    ASSERT_TRUE(spool.append("and in a file"));
    ASSERT_TRUE(spool.append("."));
    EXPECT_FALSE(spool.is_in_memory());
    EXPECT_EQ(read_all(spool, spool.begin()), "in memoryand in a file.");
    spool.drop_to(spool.begin() + 9);
    EXPECT_EQ(read_all(spool, spool.begin()), "and in a file.");
    spool.drop_to(spool.end());
    EXPECT_EQ(spool.size(), 0U);
  }
}

TEST(Spool, KeepsTheOrderWhileOneAppendsAndAnotherReads) {
  const std::string all = net::pattern(20'000);
  const config::BufferSettings settings = settings_with(50);
  Spool spool(settings, 1'000'000);
  std::string got;
  std::uint32_t state = 1;
  std::size_t at = 0;
  const auto next = [&state](std::size_t most) {
    state = state * 1'664'525 + 1'013'904'223;
    return (state >> 16) % most;
  };
  while (got.size() < all.size()) {
    const std::string_view piece = std::string_view(all).substr(at, next(90));
    ASSERT_TRUE(spool.append(piece));
    at += piece.size();
    for (std::size_t i = next(4); i > 0; --i) {
      std::array<char, 64> room;
      const auto read = spool.read(got.size(), std::span(room).first(1 + next(63)));
      ASSERT_TRUE(read);
      got.append(room.data(), *read);
      spool.drop_to(got.size());
    }
  }
  EXPECT_EQ(got, all);
}

TEST(Spool, IsFullAtItsBounds) {
  const config::BufferSettings settings = settings_with(10);
  Spool spool(settings, 20);
  ASSERT_TRUE(spool.append("0123456789"));
  EXPECT_FALSE(spool.is_full());
  ASSERT_TRUE(spool.append(std::string(19, 'x')));
  EXPECT_FALSE(spool.is_full());
  ASSERT_TRUE(spool.append("x"));
  EXPECT_TRUE(spool.is_full());
  spool.drop_to(spool.end());
  EXPECT_FALSE(spool.is_full());
}

// The disk has its room back only when all is read; whoever reads slowly but never stops must not
// let the file grow for as long as he goes on.
TEST(Spool, IsFullWhileItsFileIsAsLongAsItMayBe) {
  const config::BufferSettings settings = settings_with(10);
  Spool spool(settings, 100);
  ASSERT_TRUE(spool.append("0123456789"));
  std::size_t appended = 0;
  while (!spool.is_full() && appended < 10'000) {
    ASSERT_TRUE(spool.append("0123456789"));
    appended += 10;
    spool.drop_to(spool.end() - 5);
  }
  EXPECT_EQ(appended, 110U);
  spool.drop_to(spool.end());
  EXPECT_FALSE(spool.is_full());
}

TEST(Spool, StaysInMemoryWhereItMayNotUseTheDisk) {
  config::BufferSettings settings = settings_with(10);
  settings.folder = "/nowhere";
  Spool spool(settings, 0);
  ASSERT_TRUE(spool.append("0123456789"));
  EXPECT_TRUE(spool.is_full());
  ASSERT_TRUE(spool.append("what came all the same"));
  EXPECT_TRUE(spool.is_in_memory());
  EXPECT_EQ(spool.text(), "0123456789what came all the same");
  spool.drop_to(30);
  EXPECT_FALSE(spool.is_full());
}

TEST(Spool, SaysWhatToDoAboutAFolderThatCannotBeUsed) {
  config::BufferSettings settings = settings_with(10);
  settings.folder = testing::TempDir() + "no-such-folder";
  Spool spool(settings, 1'000);
  ASSERT_TRUE(spool.append("memory"));
  const Result<void> failed = spool.append("too much for it");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::io);
  EXPECT_NE(failed.error().message.find(settings.folder.string()), std::string::npos);
  EXPECT_NE(failed.error().message.find("buffers: folder"), std::string::npos);
  EXPECT_EQ(read_all(spool, 0), "memory") << "nothing was appended";
}

TEST(Spool, LeavesNothingInItsFolder) {
  const std::filesystem::path folder = testing::TempDir() + "spool-folder";
  std::filesystem::create_directory(folder);
  config::BufferSettings settings = settings_with(0);
  settings.folder = folder;
  Spool spool(settings, 1'000);
  ASSERT_TRUE(spool.append("to the disk"));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove(folder);
}

// A file that may not grow stands in for a disk that is full.
TEST(Spool, AppendsNothingWhenTheDiskTakesNoMore) {
  const config::BufferSettings settings = settings_with(4);
  Spool spool(settings, 1'000'000);
  ASSERT_TRUE(spool.append("memo"));
  ASSERT_TRUE(spool.append("0123456789"));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 15;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Result<void> failed = spool.append("this is too much");
  const std::string left = read_all(spool, 0);
  const Result<void> fits = spool.append("this?");
  ::setrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().message.find("make room there"), std::string::npos);
  EXPECT_EQ(left, "memo0123456789");
  EXPECT_TRUE(fits);
  EXPECT_EQ(read_all(spool, 0), "memo0123456789this?");
}

}  // namespace
}  // namespace frontis::upstream
