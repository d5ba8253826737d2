#include "access_recorder.h"

#include <gtest/gtest.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace frontis {
namespace {

class AccessRecorderTest : public testing::Test {
 protected:
  AccessRecorderTest() : file_(std::filesystem::path(testing::TempDir()) / "recorded.log") {
    std::filesystem::remove(file_);
  }
  ~AccessRecorderTest() override { std::filesystem::remove(file_); }

  // Its line; empty where there is none, as 1 in a million runs there is.
  std::string line_of(const http::Finished& finished) const {
    std::filesystem::remove(file_);
    config::LogSettings settings;
    settings.access = file_;
    settings.format = config::AccessFormat::json;
    settings.sample = 1'000'000;
    {
      const auto access = observe::AccessLog::open(settings, *log_);
      EXPECT_TRUE(access);
      AccessRecorder((*access)->lane()).record(finished);
    }
    std::string line;
    std::ifstream in(file_);
    std::getline(in, line);
    return line;
  }

 private:
  std::filesystem::path file_;
  std::unique_ptr<Log> log_ = Log::silent();
};

struct Case {
  const char* about;
  bool may_be_left_out;
  std::function<void(http::Finished&, http::Notes&)> change;
};

TEST_F(AccessRecorderTest, LeavesOutNothingButFilesThatWereSentAsTheyShouldBe) {
  const Case cases[] = {
      {"a file", true, [](auto&, auto&) {}},
      {"a part of a file", true, [](auto& finished, auto&) { finished.status = 206; }},
      {"a file that has not changed", true, [](auto& finished, auto&) { finished.status = 304; }},
      {"a refusal", false, [](auto& finished, auto&) { finished.status = 400; }},
      {"a missing file", false,
       [](auto& finished, auto& notes) {
         finished.status = 404;
         notes.cache = "no-store";
       }},
      {"an answer that failed", false, [](auto& finished, auto&) { finished.status = 500; }},
      {"a redirect", false, [](auto& finished, auto&) { finished.status = 301; }},
      {"a file that was cut off", false, [](auto& finished, auto&) { finished.complete = false; }},
      {"an answer of an application", false,
       [](auto&, auto& notes) {
         notes.cache = "-";
         notes.request_id = "1";
       }},
      {"a file that an application asked for", false,
       [](auto&, auto& notes) { notes.request_id = "1"; }},
      {"a fixed answer", false, [](auto&, auto& notes) { notes.cache = "-"; }},
  };
  for (const Case& each : cases) {
    http::Notes notes;
    notes.cache = "auto";
    http::Finished finished;
    finished.notes = &notes;
    finished.status = 200;
    each.change(finished, notes);
    EXPECT_EQ(line_of(finished).empty(), each.may_be_left_out) << each.about;
  }
}

TEST_F(AccessRecorderTest, NamesTheRequestAsTheApplicationKnowsIt) {
  http::Notes notes;
  notes.request_id = "4bf92f35";
  http::Finished finished;
  finished.notes = &notes;
  EXPECT_EQ(nlohmann::json::parse(line_of(finished))["request_id"], "4bf92f35");
}

TEST_F(AccessRecorderTest, TellsHowLongARequestTook) {
  const http::Notes notes;
  http::Finished finished;
  finished.notes = &notes;
  finished.began = Instant(std::chrono::hours(5));
  finished.ended = finished.began + std::chrono::milliseconds(1500);
  EXPECT_EQ(nlohmann::json::parse(line_of(finished))["duration_us"], 1'500'000);
  finished.ended = finished.began + std::chrono::hours(2);
  EXPECT_EQ(nlohmann::json::parse(line_of(finished))["duration_us"], 0xffffffff);
}

TEST_F(AccessRecorderTest, TellsByTheWallClockWhenARequestBegan) {
  const http::Notes notes;
  http::Finished finished;
  finished.notes = &notes;
  finished.ended = std::chrono::steady_clock::now();
  finished.began = finished.ended - std::chrono::hours(25);
  const std::time_t then = std::time(nullptr) - 25 * 3600;
  const std::string time = nlohmann::json::parse(line_of(finished))["time"];
  std::tm told{};
  ASSERT_NE(::strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &told), nullptr) << time;
  EXPECT_NEAR(static_cast<double>(::timegm(&told)), static_cast<double>(then), 60);
}

}  // namespace
}  // namespace frontis
