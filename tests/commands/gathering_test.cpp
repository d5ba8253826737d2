#include "gathering.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <optional>

namespace frontis {
namespace {

class GatheringTest : public testing::Test {
 protected:
  GatheringTest() : timers_(loop_) {
    for (auto& asked : asked_) {
      lanes_.push_back([&asked](Gathering::Told told) { asked = std::move(told); });
    }
    gathering_.emplace(loop_, timers_, lanes_);
  }

  void tell(std::size_t lane, std::uint32_t idle) {
    observe::LaneFigures figures;
    figures.connections.idle = idle;
    asked_[lane](figures);
    loop_.turn();
  }
  // Until `is_done`, for the timers need time.
  template <typename Question>
  void turn_until(Question is_done) {
    while (!is_done()) {
      pollfd watched{loop_.descriptor(), POLLIN, 0};
      ::poll(&watched, 1, 100);
      loop_.turn();
    }
  }

  net::Loop loop_;
  net::TimerWheel timers_;
  std::array<Gathering::Told, 2> asked_;
  std::vector<Gathering::Ask> lanes_;
  std::optional<Gathering> gathering_;
};

TEST_F(GatheringTest, IsDoneWhenAllHaveTold) {
  int done = 0;
  gathering_->begin([&] { ++done; });
  tell(0, 3);
  EXPECT_EQ(done, 0);
  tell(1, 4);
  EXPECT_EQ(done, 1);
  EXPECT_EQ(gathering_->told(), 2U);
  EXPECT_EQ(gathering_->lanes()[1].connections.idle, 4U);
}

TEST_F(GatheringTest, WhoAsksMeanwhileGetsYoungerFigures) {
  int first = 0, second = 0;
  gathering_->begin([&] { ++first; });
  gathering_->begin([&] { ++second; });
  tell(0, 1);
  tell(1, 1);
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 0);
  tell(0, 2);
  tell(1, 2);
  EXPECT_EQ(second, 1);
  EXPECT_EQ(first, 1);
}

TEST_F(GatheringTest, WaitsForNobodyForEver) {
  int done = 0;
  gathering_->begin([&] { ++done; });
  tell(0, 1);
  turn_until([&] { return done > 0; });
  EXPECT_EQ(gathering_->told(), 1U);
  tell(1, 7);  // too late for that, and newer than nothing
  EXPECT_EQ(gathering_->lanes()[1].connections.idle, 7U);
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace frontis
