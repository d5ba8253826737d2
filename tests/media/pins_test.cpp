#include "media/pins.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

Sha256 content(unsigned char mark) {
  Sha256 digest{};
  digest.fill(mark);
  return digest;
}

class PinsTest : public ::testing::Test {
 protected:
  ScratchFolder scratch_;
  std::unique_ptr<Log> log_ = Log::silent();
  Press press_{1, *log_};
};

TEST_F(PinsTest, TheFirstContentSeenIsPinned) {
  Pins pins("", press_, *log_);
  EXPECT_EQ(pins.check("example.org/a-20080206.css", content(1)), Pins::Verdict::first);
  EXPECT_EQ(pins.check("example.org/a-20080206.css", content(1)), Pins::Verdict::same);
  EXPECT_EQ(pins.check("example.org/a-20080206.css", content(2)), Pins::Verdict::changed);
  EXPECT_EQ(pins.check("example.org/a-20080206.css", content(1)), Pins::Verdict::same);
  EXPECT_EQ(pins.check("example.net/a-20080206.css", content(2)), Pins::Verdict::first);
}

TEST_F(PinsTest, NoMoreIsPinnedThanMayBe) {
  Pins pins("", press_, *log_, 2);
  EXPECT_EQ(pins.check("a", content(1)), Pins::Verdict::first);
  EXPECT_EQ(pins.check("b", content(1)), Pins::Verdict::first);
  EXPECT_EQ(pins.check("c", content(1)), Pins::Verdict::full);
  EXPECT_EQ(pins.check("c", content(1)), Pins::Verdict::full);
  EXPECT_EQ(pins.check("b", content(1)), Pins::Verdict::same);
}

TEST_F(PinsTest, ARestartForgetsNothing) {
  const std::string odd("odd\0name \xff", 10);
  {
    Pins pins(scratch_ / "state/deep", press_, *log_);
    EXPECT_EQ(pins.check("a", content(1)), Pins::Verdict::first);
    EXPECT_EQ(pins.check(odd, content(2)), Pins::Verdict::first);
  }
  Pins pins(scratch_ / "state/deep", press_, *log_);
  EXPECT_EQ(pins.check("a", content(2)), Pins::Verdict::changed);
  EXPECT_EQ(pins.check(odd, content(2)), Pins::Verdict::same);
  EXPECT_EQ(pins.check("odd", content(2)), Pins::Verdict::first);
}

TEST_F(PinsTest, WhatIsPinnedReachesTheDiskWithoutAStop) {
  Pins pins(scratch_.path(), press_, *log_);
  EXPECT_EQ(pins.check("a", content(1)), Pins::Verdict::first);
  press_.drain();
  Pins others(scratch_.path(), press_, *log_);
  EXPECT_EQ(others.check("a", content(2)), Pins::Verdict::changed);
}

TEST_F(PinsTest, APressThatDropsItsJobsLosesNoPin) {
  {
    auto short_lived = std::make_unique<Press>(1, *log_);
    Pins pins(scratch_.path(), *short_lived, *log_);
    short_lived->submit(Press::Urgency::request_waits,
                        [] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); });
    EXPECT_EQ(pins.check("a", content(1)), Pins::Verdict::first);
    short_lived.reset();
  }
  Pins pins(scratch_.path(), press_, *log_);
  EXPECT_EQ(pins.check("a", content(1)), Pins::Verdict::same);
}

TEST_F(PinsTest, ManyThreadsAgreeOnOneFirst) {
  std::atomic<int> firsts = 0;
  {
    Pins pins(scratch_.path(), press_, *log_);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int url = 0; url < 200; ++url) {
          if (pins.check(std::to_string(url), content(1)) == Pins::Verdict::first) ++firsts;
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(firsts, 200);
  Pins pins(scratch_.path(), press_, *log_);
  for (int url = 0; url < 200; ++url) {
    ASSERT_EQ(pins.check(std::to_string(url), content(1)), Pins::Verdict::same) << url;
  }
}

TEST_F(PinsTest, AStateThatCannotBeMadeLeavesPinsInMemoryAndSaysSo) {
  scratch_.write("file", "not a folder");
  auto log = Log::open(scratch_ / "log", Log::Level::info);
  ASSERT_TRUE(log.has_value());
  {
    Pins pins(scratch_ / "file/state", press_, **log);
    EXPECT_EQ(pins.check("a", content(1)), Pins::Verdict::first);
    EXPECT_EQ(pins.check("a", content(2)), Pins::Verdict::changed);
    EXPECT_EQ(pins.check("b", content(2)), Pins::Verdict::first);
  }
  (*log)->flush();
  const std::string said = scratch_.read("log");
  EXPECT_NE(said.find("file/state"), std::string::npos) << said;
  EXPECT_NE(said.find("'state'"), std::string::npos) << said;
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2) << said;
}

}  // namespace
}  // namespace frontis::media
