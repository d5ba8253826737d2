#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

namespace frontis {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

class LogTest : public testing::Test {
 protected:
  LogTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "frontis-XXXXXX").string();
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  ~LogTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  std::string path(const char* name = "error.log") const { return (folder_ / name).string(); }
  const std::filesystem::path& folder() const { return folder_; }
  std::unique_ptr<Log> opened(Log::Level level) const {
    auto log = Log::open(path(), level);
    EXPECT_TRUE(log);
    return std::move(*log);
  }
  std::vector<std::string> lines(const char* name = "error.log") const {
    std::vector<std::string> all;
    std::ifstream in(path(name));
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }

 private:
  std::filesystem::path folder_;
};

TEST_F(LogTest, WritesTimeLevelAndMessageOnOneLine) {
  opened(Log::Level::info)->warning("root {} is missing: create it", "/srv/x");
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_THAT(lines()[0],
              MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}"
                           "[+-][0-9]{2}:[0-9]{2} warning root /srv/x is missing: create it"));
}

TEST_F(LogTest, WritesAtOnceSoThatACrashLosesNothing) {
  const auto log = opened(Log::Level::info);
  log->info("said");
  EXPECT_EQ(lines().size(), 1U);
}

TEST_F(LogTest, AppendsToWhatIsThere) {
  opened(Log::Level::info)->info("before");
  opened(Log::Level::info)->info("after");
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_THAT(lines()[0], EndsWith("before"));
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
  struct Row {
    Log::Level level;
    std::size_t lines;
  };
  constexpr Row rows[] = {{Log::Level::debug, 4},
                          {Log::Level::info, 3},
                          {Log::Level::warning, 2},
                          {Log::Level::error, 1},
                          {Log::Level::off, 0}};
  for (const Row& row : rows) {
    std::filesystem::remove(path());
    const auto log = opened(row.level);
    log->debug("d");
    log->info("i");
    log->warning("w");
    log->error("e");
    EXPECT_EQ(lines().size(), row.lines);
  }
}

TEST_F(LogTest, TakesBracesInAMessageForWhatTheyAre) {
  const auto log = opened(Log::Level::info);
  log->write(Log::Level::info, "GET /{}/{0} %s");
  log->info("{}", "{}");
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_THAT(lines()[0], EndsWith("GET /{}/{0} %s"));
  EXPECT_THAT(lines()[1], EndsWith(" {}"));
}

TEST_F(LogTest, SaysARepeatedFaultOnceAMinuteForEachKey) {
  const auto log = opened(Log::Level::info);
  for (int i = 0; i < 100; ++i) {
    log->once_a_minute("disk", Log::Level::error, "the disk is full");
    log->once_a_minute("pipe", Log::Level::warning, "the pipe is dead");
  }
  ASSERT_EQ(lines().size(), 2U);
  EXPECT_THAT(lines()[0], EndsWith("error the disk is full"));
  EXPECT_THAT(lines()[1], EndsWith("warning the pipe is dead"));
}

TEST_F(LogTest, GoesOnSayingNewThingsAfterAThousandKeys) {
  const auto log = opened(Log::Level::info);
  for (int i = 0; i < 3000; ++i) {
    log->once_a_minute("key " + std::to_string(i), Log::Level::info, "new");
  }
  EXPECT_EQ(lines().size(), 3000U);
}

TEST_F(LogTest, KeepsTheLinesOfSeveralThreadsWhole) {
  {
    const auto log = opened(Log::Level::info);
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number) {
      threads.emplace_back([&log, number] {
        for (int i = 0; i < 200; ++i) log->info("<{}>", std::string(100, 'a' + char(number)));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(lines().size(), 800U);
  for (const std::string& line : lines()) {
    EXPECT_THAT(line, MatchesRegex(".* info <(a+|b+|c+|d+)>"));
  }
}

TEST_F(LogTest, WritesToANewFileWhenItsOwnWasRenamedAndItIsReopened) {
  const auto log = opened(Log::Level::info);
  log->info("before");
  std::filesystem::rename(path(), path("error.log.1"));
  log->info("between");
  ASSERT_TRUE(log->reopen());
  log->info("after");
  log->debug("too small");
  ASSERT_EQ(lines("error.log.1").size(), 2U);
  EXPECT_THAT(lines("error.log.1")[1], EndsWith(" info between"));
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_THAT(lines()[0], MatchesRegex("[0-9T:.+-]+ info after"));
}

TEST_F(LogTest, LosesAndCutsNoMessageOfOthersWhileItIsReopened) {
  constexpr int writers = 2;
  constexpr int messages = 500;
  constexpr int turns = 20;
  {
    const auto log = opened(Log::Level::info);
    std::vector<std::thread> threads;
    for (int number = 0; number < writers; ++number) {
      threads.emplace_back([&log] {
        for (int i = 0; i < messages; ++i) log->info("<{}>", std::string(100, 'a'));
      });
    }
    for (int turn = 0; turn < turns; ++turn) {
      std::filesystem::rename(path(), path("old") + std::to_string(turn));
      EXPECT_TRUE(log->reopen());
    }
    for (std::thread& thread : threads) thread.join();
  }
  std::size_t whole = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    for (const std::string& line : lines(entry.path().filename().c_str())) {
      EXPECT_THAT(line, MatchesRegex(".* info <a+>"));
      ++whole;
    }
  }
  EXPECT_EQ(whole, static_cast<std::size_t>(writers * messages));
}

TEST_F(LogTest, StaysWithItsFileWhenTheNewOneCannotBeOpened) {
  const auto moved = folder() / "moved";
  std::filesystem::create_directory(folder() / "logs");
  auto log = Log::open(path("logs/error.log"), Log::Level::info);
  ASSERT_TRUE(log);
  std::filesystem::rename(folder() / "logs", moved);
  const auto reopened = (*log)->reopen();
  ASSERT_FALSE(reopened);
  EXPECT_THAT(reopened.error().message, HasSubstr(path("logs/error.log")));
  EXPECT_THAT(reopened.error().message, HasSubstr("there is no folder"));
  ASSERT_FALSE((*log)->change("/dev/null/error.log", Log::Level::error));
  (*log)->info("still here");
  EXPECT_THAT(lines("moved/error.log").at(0), EndsWith(" info still here"));
  std::filesystem::rename(moved, folder() / "logs");
  EXPECT_TRUE((*log)->reopen());
}

TEST_F(LogTest, ChangesItsFileAndItsLevelAndReopensThatFileFromThenOn) {
  const auto log = opened(Log::Level::info);
  log->info("first");
  ASSERT_TRUE(log->change(path("other.log"), Log::Level::warning));
  log->info("too small");
  log->warning("second");
  std::filesystem::remove(path("other.log"));
  ASSERT_TRUE(log->reopen());
  log->info("too small");
  log->error("third");
  EXPECT_EQ(lines().size(), 1U);
  ASSERT_EQ(lines("other.log").size(), 1U);
  EXPECT_THAT(lines("other.log")[0], EndsWith(" error third"));
}

TEST_F(LogTest, HasNothingToReopenWhereThereIsNoFile) {
  testing::internal::CaptureStderr();
  EXPECT_TRUE(Log::silent()->reopen());
  const auto log = Log::open("stderr", Log::Level::info);
  ASSERT_TRUE(log);
  EXPECT_TRUE((*log)->reopen());
  (*log)->info("seen");
  EXPECT_THAT(testing::internal::GetCapturedStderr(), EndsWith(" info seen\n"));
}

TEST_F(LogTest, ChangesFromStderrToAFile) {
  const auto log = Log::open("stderr", Log::Level::info);
  ASSERT_TRUE(log);
  ASSERT_TRUE((*log)->change(path(), Log::Level::debug));
  (*log)->debug("kept");
  EXPECT_THAT(lines().at(0), EndsWith(" debug kept"));
}

TEST_F(LogTest, NamesThePathThatCannotBeOpened) {
  const auto log = Log::open("/dev/null/error.log", Log::Level::info);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().kind, ErrorKind::io);
  EXPECT_THAT(log.error().message, HasSubstr("/dev/null/error.log"));
  EXPECT_THAT(log.error().message, HasSubstr("log.file"));
}

TEST_F(LogTest, IsNotStoppedByAFullDisk) {
  const auto log = Log::open("/dev/full", Log::Level::info);
  ASSERT_TRUE(log);
  for (int i = 0; i < 3; ++i) (*log)->error("nowhere to go");
  (*log)->flush();
}

TEST_F(LogTest, WritesToStderr) {
  testing::internal::CaptureStderr();
  {
    const auto log = Log::open("stderr", Log::Level::info);
    ASSERT_TRUE(log);
    (*log)->error("seen");
  }
  EXPECT_THAT(testing::internal::GetCapturedStderr(), EndsWith(" error seen\n"));
}

TEST_F(LogTest, SaysNothingWhenItIsSilent) {
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  Log::silent()->error("unheard");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace frontis
