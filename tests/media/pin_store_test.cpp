#include "media/pin_store.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

constexpr std::size_t many = 1'000'000;

class PinStoreTest : public ::testing::Test {
 protected:
  std::filesystem::path state() const { return scratch_ / "state"; }
  std::filesystem::path file() const { return state() / "pins.sqlite3"; }
  Result<std::shared_ptr<PinStore>> open(std::size_t most = many) {
    pinned_.clear();
    return PinStore::open(state(), press_, *log_, most, pinned_);
  }
  // Leaves a database with `count` pins behind, its journal played in.
  void fill(int count) {
    const auto store = open();
    ASSERT_TRUE(store.has_value()) << store.error().message;
    for (int i = 0; i < count; ++i) (*store)->save("example.org/" + std::to_string(i), Sha256{});
  }
  std::size_t files_like(std::string_view part) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(state())) {
      if (entry.path().string().find(part) != std::string::npos) ++count;
    }
    return count;
  }
  std::string said() {
    log_->flush();
    return scratch_.read("log");
  }
  // Runs SQL on the database from beside.
  void alter(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

  ScratchFolder scratch_;
  std::unique_ptr<Log> log_ = std::move(*Log::open(scratch_ / "log", Log::Level::info));
  Press press_{0, *log_};
  PinnedContents pinned_;
};

TEST_F(PinStoreTest, ReadsWhatWasSavedAndNoMoreThanMayBe) {
  fill(50);
  ASSERT_TRUE(open().has_value());
  EXPECT_EQ(pinned_.size(), 50U);
  EXPECT_TRUE(pinned_.contains("example.org/49"));
  ASSERT_TRUE(open(10).has_value());
  EXPECT_EQ(pinned_.size(), 10U);
}

TEST_F(PinStoreTest, ThePinThatWasWrittenFirstStays) {
  Sha256 other{};
  other.fill(7);
  const auto one = open();
  const auto two = open();
  ASSERT_TRUE(one.has_value() && two.has_value());
  (*one)->save("a", other);
  (*two)->save("a", Sha256{});
  ASSERT_TRUE(open().has_value());
  EXPECT_EQ(pinned_.at("a"), other);
}

TEST_F(PinStoreTest, ADamagedDatabaseIsMovedAsideAndANewOneBegun) {
  const struct {
    const char* what;
    void (*damage)(const std::filesystem::path& file);
  } cases[] = {
      {"not a database", [](const auto& path) { std::ofstream(path) << std::string(5000, 'x'); }},
      {"a few bytes", [](const auto& path) { std::ofstream(path) << "SQLite"; }},
      {"cut in the middle of a page",
       [](const auto& path) { std::filesystem::resize_file(path, 6000); }},
      {"cut after its first page",
       [](const auto& path) { std::filesystem::resize_file(path, 4096); }},
      {"pages overwritten",
       [](const auto& path) {
         std::fstream out(path, std::ios::in | std::ios::out | std::ios::binary);
         out.seekp(4096) << std::string(8192, '\xaa');
       }},
  };
  for (const auto& row : cases) {
    std::filesystem::remove_all(state());
    fill(500);
    row.damage(file());
    ASSERT_TRUE(open().has_value()) << row.what;
    EXPECT_EQ(pinned_.size(), 0U) << row.what;
    EXPECT_EQ(files_like("pins.sqlite3.damaged-"), 1U) << row.what;
    fill(3);
    ASSERT_TRUE(open().has_value()) << row.what;
    EXPECT_EQ(pinned_.size(), 3U) << row.what;
    EXPECT_EQ(files_like("pins.sqlite3.damaged-"), 1U) << row.what;
  }
  EXPECT_NE(said().find("pinned anew"), std::string::npos);
}

TEST_F(PinStoreTest, TwoDamagedDatabasesOfOneSecondAreBothKept) {
  std::filesystem::create_directories(state());
  for (int i = 0; i < 3; ++i) {
    std::ofstream(file()) << std::string(5000, 'x');
    ASSERT_TRUE(open().has_value());
  }
  EXPECT_EQ(files_like("pins.sqlite3.damaged-"), 3U);
}

TEST_F(PinStoreTest, AForeignTableOrRowCountsAsDamage) {
  for (const char* sql :
       {"DROP TABLE pins; CREATE TABLE pins (a, b)", "INSERT INTO pins VALUES ('x', 'short', 0)",
        "INSERT INTO pins VALUES ('x', 17, 0)"}) {
    std::filesystem::remove_all(state());
    fill(3);
    alter(sql);
    ASSERT_TRUE(open().has_value()) << sql;
    EXPECT_EQ(pinned_.size(), 0U) << sql;
    EXPECT_EQ(files_like("pins.sqlite3.damaged-"), 1U) << sql;
  }
}

TEST_F(PinStoreTest, ADatabaseOfALaterVersionIsLeftAlone) {
  fill(3);
  alter("PRAGMA user_version=2");
  const auto store = open();
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("newer version"), std::string::npos);
  EXPECT_EQ(pinned_.size(), 0U);
  EXPECT_EQ(files_like("pins.sqlite3.damaged-"), 0U);
}

TEST_F(PinStoreTest, AFolderThatCannotBeMadeIsAnErrorWithAdvice) {
  scratch_.write("state", "a file in its place");
  const auto store = open();
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("'state'"), std::string::npos);
}

TEST_F(PinStoreTest, ADatabaseThatCannotBeOpenedIsAnErrorWithAdvice) {
  std::filesystem::create_directories(file());
  const auto store = open();
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("'state'"), std::string::npos);
  EXPECT_EQ(files_like("pins.sqlite3.damaged-"), 0U);
}

TEST_F(PinStoreTest, WhatAFullDiskRefusesIsKeptAndWrittenLater) {
  const auto store = open();
  ASSERT_TRUE(store.has_value());
  (*store)->save("before", Sha256{});
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit none = before;
  none.rlim_cur = 0;
  auto* const old = signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  (*store)->save("one", Sha256{});
  (*store)->save("two", Sha256{});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, old);
  ASSERT_TRUE(open().has_value());
  EXPECT_EQ(pinned_.size(), 1U);
  (*store)->flush();
  ASSERT_TRUE(open().has_value());
  EXPECT_EQ(pinned_.size(), 3U);
}

TEST_F(PinStoreTest, ATableThatVanishesWhileInUseEndsTheWritingOnly) {
  const auto store = open();
  ASSERT_TRUE(store.has_value());
  alter("DROP TABLE pins");
  (*store)->save("one", Sha256{});
  (*store)->save("two", Sha256{});
  (*store)->flush();
  const std::string log = said();
  EXPECT_NE(log.find("kept in memory only"), std::string::npos) << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

// Opens the store in a process of its own, pins, and reports by its exit status.
pid_t start_writer(const std::filesystem::path& state, Log& log, const std::string& name) {
  const pid_t child = fork();
  if (child != 0) return child;
  Press press(0, log);
  PinnedContents pinned;
  auto store = PinStore::open(state, press, log, many, pinned);
  if (!store) _exit(1);
  for (int i = 0; i < 100; ++i) (*store)->save(name + std::to_string(i), Sha256{});
  (*store)->flush();
  store->reset();
  _exit(0);
}

TEST_F(PinStoreTest, ProcessesThatShareAFolderDoNotHarmIt) {
  std::filesystem::create_directories(state());
  std::ofstream(file()) << std::string(5000, 'x');
  const auto silent = Log::silent();
  std::vector<pid_t> writers;
  for (const char* name : {"a", "b", "c"}) writers.push_back(start_writer(state(), *silent, name));
  for (const pid_t writer : writers) {
    int status = 0;
    ASSERT_EQ(waitpid(writer, &status, 0), writer);
    EXPECT_EQ(status, 0);
  }
  ASSERT_TRUE(open().has_value());
  EXPECT_EQ(pinned_.size(), 300U);
  EXPECT_EQ(files_like("pins.sqlite3.damaged-"), 1U);
}

}  // namespace
}  // namespace frontis::media
