#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "as_ordinary_user.h"
#include "index_house.h"

namespace frontis::media {
namespace {

constexpr int rows = 120;

using IndexDamageTest = IndexHouse;

void flip(const std::filesystem::path& path, std::uintmax_t at) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 0xff);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

TEST_F(IndexDamageTest, ACutFileIsBegunAnewAtWhicheverByteItWasCut) {
  fill(rows);
  const std::string whole = scratch_.read("state/index.sqlite3");
  ASSERT_GT(whole.size(), 40'000U);
  std::vector<std::size_t> sizes{0, 1, 15, 16, 99, 100, 101, 511, 512};
  for (std::size_t page = 4096; page < whole.size(); page += 2 * 4096) {
    sizes.insert(sizes.end(), {page - 1, page, page + 1, page + 2000});
  }
  for (const std::size_t size : sizes) {
    std::filesystem::remove_all(state());
    scratch_.write("state/index.sqlite3", std::string_view(whole).substr(0, size));
    const auto index = open();
    ASSERT_NE(index, nullptr) << size;
    expect_nothing_wrong(*index, rows, std::to_string(size));
    index->refresh();
    EXPECT_TRUE(remembers(*index)) << size;
    // A page that ends in zeros may be one whose rows are missing, and no more; a file of one
    // byte is empty to SQLite.
    if (size > 1 && size % 4096 < 2) {
      EXPECT_EQ(moved_aside(), 1U) << size;
    }
  }
}

TEST_F(IndexDamageTest, ACutJournalLosesItsEndOnly) {
  auto index = open();
  fill(*index, rows);
  const std::string database = scratch_.read("state/index.sqlite3");
  const std::string journal = scratch_.read("state/index.sqlite3-wal");
  index.reset();
  ASSERT_GT(journal.size(), 100'000U);
  for (std::size_t size = 0; size < journal.size(); size += 39'989) {
    std::filesystem::remove_all(state());
    scratch_.write("state/index.sqlite3", database);
    scratch_.write("state/index.sqlite3-wal", std::string_view(journal).substr(0, size));
    index = open();
    ASSERT_NE(index, nullptr) << size;
    expect_nothing_wrong(*index, rows, std::to_string(size));
    index->refresh();
    EXPECT_TRUE(remembers(*index)) << size;
  }
}

TEST_F(IndexDamageTest, AFlippedByteNeverReadsAsAnswer) {
  fill(rows);
  const std::string whole = scratch_.read("state/index.sqlite3");
  for (std::size_t at = 0; at < whole.size(); at += at < 100 ? 9 : 1'499) {
    std::filesystem::remove_all(state());
    scratch_.write("state/index.sqlite3", whole);
    flip(file(), at);
    auto index = Index::open(state(), *log_);
    if (!index) {  // the version number was hit
      EXPECT_LT(at, 100U) << index.error().message;
      continue;
    }
    expect_nothing_wrong(**index, rows, std::to_string(at));
    (*index)->refresh();
    // The one byte that says that only a later SQLite may write.
    if (at == 18) continue;
    EXPECT_TRUE(remembers(**index)) << at;
  }
}

TEST_F(IndexDamageTest, WhatIsNoIndexIsMovedAside) {
  for (const std::string& content :
       {std::string(5000, 'x'), std::string("SQLite"),
        std::string("SQLite format 3\0", 16) + std::string(300, 'y')}) {
    std::filesystem::remove_all(state());
    scratch_.write("state/index.sqlite3", content);
    const auto index = open();
    ASSERT_NE(index, nullptr);
    EXPECT_EQ(moved_aside(), 1U);
    EXPECT_TRUE(remembers(*index));
  }
  EXPECT_NE(said().find("which costs time"), std::string::npos);
}

TEST_F(IndexDamageTest, TablesThatAreNotOursAreMovedAside) {
  fill(1);
  alter("DROP TABLE kept; CREATE TABLE kept (a, b)");
  const auto index = open();
  ASSERT_NE(index, nullptr);
  EXPECT_EQ(moved_aside(), 1U);
  EXPECT_TRUE(remembers(*index));
}

TEST_F(IndexDamageTest, AnIndexOfALaterVersionIsLeftAlone) {
  fill(1);
  alter("PRAGMA user_version=2");
  const auto index = Index::open(state(), *log_);
  ASSERT_FALSE(index.has_value());
  EXPECT_NE(index.error().message.find("newer version"), std::string::npos);
  EXPECT_EQ(moved_aside(), 0U);
  EXPECT_EQ(alter("SELECT count(*) FROM kept"), 1);
}

TEST_F(IndexDamageTest, AFolderThatMayNotBeWrittenIsAnErrorWithAdvice) {
  std::filesystem::create_directories(state());
  std::filesystem::permissions(state(), std::filesystem::perms{0555});
  const AsOrdinaryUser user(scratch_.path());
  const auto index = Index::open(state(), *log_);
  ASSERT_FALSE(index.has_value());
  EXPECT_NE(index.error().message.find("'state'"), std::string::npos);
}

TEST_F(IndexDamageTest, DamageMetWhileRunningReadsAsNothingUntilTheNextRefresh) {
  fill(rows);
  const auto index = open();
  std::filesystem::resize_file(file(), 6000);
  EXPECT_TRUE(index->kept(1000).empty());
  EXPECT_TRUE(index->variants(1000).empty());
  EXPECT_FALSE(index->file(identity_of_file(1), "app.css").has_value());
  index->put_kept(kept_of(1));
  index->erase_kept({kept_of(1).url});
  index->forget_files(0);
  EXPECT_EQ(moved_aside(), 0U);
  EXPECT_TRUE(index->refresh());
  EXPECT_EQ(moved_aside(), 1U);
  EXPECT_TRUE(remembers(*index));
  EXPECT_FALSE(index->refresh());
  EXPECT_EQ(index->beginnings(), 1);
  EXPECT_NE(said().find("has been damaged while it was in use"), std::string::npos);
}

TEST_F(IndexDamageTest, DamageMetWithoutARefreshIsMovedAsideAtTheEnd) {
  fill(rows);
  auto index = open();
  std::filesystem::resize_file(file(), 6000);
  EXPECT_TRUE(index->kept(1000).empty());
  index.reset();
  EXPECT_EQ(moved_aside(), 1U);
  index = open();
  EXPECT_TRUE(remembers(*index));
  EXPECT_EQ(moved_aside(), 1U);
}

TEST_F(IndexDamageTest, TheSameDamageIsMovedAsideOnceByTwo) {
  fill(rows);
  const auto one = open();
  const auto two = open();
  std::filesystem::resize_file(file(), 6000);
  EXPECT_TRUE(one->kept(1000).empty());
  EXPECT_TRUE(two->kept(1000).empty());
  EXPECT_TRUE(one->refresh());
  fill(*one, 3);
  EXPECT_TRUE(two->refresh());
  EXPECT_EQ(two->kept(1000).size(), 3U);
  EXPECT_EQ(moved_aside(), 1U);
}

TEST_F(IndexDamageTest, AFolderThatWasEmptiedIsBegunAnew) {
  fill(3);
  const auto index = open();
  const auto changes = index->foreign_changes();
  EXPECT_FALSE(index->refresh());
  std::filesystem::remove_all(state());
  index->put_kept(kept_of(4));
  EXPECT_TRUE(index->refresh());
  EXPECT_TRUE(index->kept(1000).empty());
  EXPECT_TRUE(remembers(*index));
  EXPECT_FALSE(index->refresh());
  EXPECT_EQ(index->beginnings(), 1);
  EXPECT_EQ(index->foreign_changes(), changes);
  EXPECT_TRUE(std::filesystem::exists(file()));
  EXPECT_NE(said().find("was taken away"), std::string::npos);
}

TEST_F(IndexDamageTest, AnyOfItsFilesThatGoesMakesItOpenAnew) {
  const auto index = open();
  for (const char* suffix : {"", "-wal", "-shm"}) {
    fill(*index, 3);
    std::filesystem::remove(file().string() + suffix);
    EXPECT_TRUE(index->refresh()) << suffix;
    EXPECT_TRUE(remembers(*index)) << suffix;
    EXPECT_FALSE(index->refresh()) << suffix;
  }
}

TEST_F(IndexDamageTest, AnIndexThatWasPutInItsPlaceIsReadAndCountsAsForeign) {
  fill(5);
  std::filesystem::rename(state(), scratch_ / "other");
  const auto index = open();
  const auto changes = index->foreign_changes();
  std::filesystem::remove_all(state());
  std::filesystem::rename(scratch_ / "other", state());
  EXPECT_TRUE(index->refresh());
  EXPECT_EQ(index->kept(1000).size(), 5U);
  EXPECT_NE(index->foreign_changes(), changes);
}

TEST_F(IndexDamageTest, WhileItCannotBeBegunAnewNothingIsKnownAndItIsTriedAgain) {
  const auto index = open();
  std::filesystem::remove_all(state());
  scratch_.write("state", "a file in its place");
  EXPECT_FALSE(index->refresh());
  EXPECT_FALSE(remembers(*index));
  EXPECT_EQ(index->foreign_changes(), index->foreign_changes());
  std::filesystem::remove(state());
  EXPECT_TRUE(index->refresh());
  EXPECT_TRUE(remembers(*index));
  EXPECT_NE(said().find("cannot make the state folder"), std::string::npos);
}

TEST_F(IndexDamageTest, AWriteThatIsRefusedIsSaidOnceAndForgotten) {
  const auto index = open();
  alter("CREATE TRIGGER refusal BEFORE INSERT ON kept BEGIN SELECT RAISE(ABORT, 'no room'); END");
  index->put_kept(kept_of(1));
  index->put_kept(kept_of(2));
  index->put_variant(variant_of(1));
  EXPECT_TRUE(index->kept(10).empty());
  EXPECT_EQ(index->variants(10).size(), 1U);
  const std::string log = said();
  EXPECT_NE(log.find("no room"), std::string::npos) << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  EXPECT_FALSE(index->refresh());
}

TEST_F(IndexDamageTest, ThreadsAndSeveralIndexesMayWriteAtOnce) {
  const auto one = open();
  const auto two = open();
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    Index& index = i % 2 == 0 ? *one : *two;
    writers.emplace_back([&index, i] {
      for (int number = i * 100; number < i * 100 + 100; ++number) {
        index.put_file(identity_of_file(number), "app.css", inspection_of(number));
        index.put_kept(kept_of(number));
        index.set_used({variant_of(number)});
        (void)index.foreign_changes();
        (void)index.refresh();
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(one->kept(1000).size(), 400U);
  for (int number = 0; number < 400; ++number) {
    EXPECT_TRUE(two->file(identity_of_file(number), "app.css").has_value()) << number;
  }
  EXPECT_EQ(said(), "");
}

// Opens the index in a process of its own, writes, and reports by its exit status.
pid_t start_writer(const std::filesystem::path& state, Log& log, int first) {
  const pid_t child = fork();
  if (child != 0) return child;
  auto index = Index::open(state, log);
  if (!index) _exit(1);
  for (int number = first; number < first + 100; ++number) (*index)->put_kept(kept_of(number));
  index->reset();
  _exit(0);
}

TEST_F(IndexDamageTest, ProcessesThatShareAFolderDoNotHarmIt) {
  scratch_.write("state/index.sqlite3", std::string(5000, 'x'));
  const auto silent = Log::silent();
  std::vector<pid_t> writers;
  for (const int first : {0, 100, 200}) writers.push_back(start_writer(state(), *silent, first));
  for (const pid_t writer : writers) {
    int status = 0;
    ASSERT_EQ(waitpid(writer, &status, 0), writer);
    EXPECT_EQ(status, 0);
  }
  const auto index = open();
  EXPECT_EQ(index->kept(1000).size(), 300U);
  EXPECT_EQ(moved_aside(), 1U);
}

}  // namespace
}  // namespace frontis::media
