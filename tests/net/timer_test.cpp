#include "net/timer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "hand_turned.h"

namespace frontis::net {
namespace {

using std::chrono::milliseconds;

// A timer that counts its calls and knows when the next is allowed.
class Alarm : private Timer::Owner {
 public:
  explicit Alarm(TimerWheel& wheel) : timer_(wheel, *this) {}

  void set(milliseconds delay) {
    due_ = coarse_now() + delay;
    timer_.set(delay);
  }
  void clear() { timer_.clear(); }

  std::function<void()> then;
  int calls = 0;
  int early = 0;

 private:
  void timer_due() override {
    ++calls;
    if (coarse_now() < due_) ++early;
    if (then) then();
  }

  Instant due_{};
  Timer timer_;
};

class Timers : public testing::Test {
 protected:
  HandTurned hand;

  // Returns when every deadline up to `delay` from now has passed.
  void let_pass(milliseconds delay) {
    Alarm last(hand.timers);
    last.set(delay + milliseconds(150));
    ASSERT_TRUE(hand.until([&] { return last.calls == 1; }));
  }
};

TEST_F(Timers, AreCalledOnceAndNeverEarlyHoweverMany) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> delays(0, 500);
  std::vector<std::unique_ptr<Alarm>> alarms;
  for (int i = 0; i < 3'000; ++i) {
    alarms.push_back(std::make_unique<Alarm>(hand.timers));
    alarms.back()->set(milliseconds(delays(random)));
  }
  const auto all_called = [&] {
    for (const auto& alarm : alarms) {
      if (alarm->calls == 0) return false;
    }
    return true;
  };
  ASSERT_TRUE(hand.until(all_called));
  let_pass(milliseconds(100));
  for (const auto& alarm : alarms) {
    EXPECT_EQ(alarm->calls, 1);
    EXPECT_EQ(alarm->early, 0);
  }
}

TEST_F(Timers, FollowTheirDeadlineWhereverItMoves) {
  std::mt19937 random(11);
  std::uniform_int_distribution<int> delays(0, 400);
  std::vector<std::unique_ptr<Alarm>> alarms;
  for (int i = 0; i < 500; ++i) alarms.push_back(std::make_unique<Alarm>(hand.timers));
  for (int round = 0; round < 40; ++round) {
    for (const auto& alarm : alarms) {
      if (alarm->calls == 0) alarm->set(milliseconds(delays(random)));
    }
    hand.turn();
    ::usleep(3'000);
  }
  let_pass(milliseconds(400));
  for (const auto& alarm : alarms) {
    EXPECT_EQ(alarm->calls, 1);
    EXPECT_EQ(alarm->early, 0);
  }
}

TEST_F(Timers, MayBeMovedFromBeyondTheWheelToNow) {
  Alarm alarm(hand.timers);
  alarm.set(std::chrono::hours(2));
  hand.turn();
  alarm.set(milliseconds(0));
  EXPECT_TRUE(hand.until([&] { return alarm.calls == 1; }));
}

TEST_F(Timers, StayWhereTheyAreBeyondTheWheel) {
  Alarm alarm(hand.timers);
  alarm.set(std::chrono::hours(2));
  let_pass(milliseconds(250));
  EXPECT_EQ(alarm.calls, 0);
}

TEST_F(Timers, AreNotCalledOnceCleared) {
  Alarm alarm(hand.timers);
  alarm.set(milliseconds(10));
  alarm.clear();
  let_pass(milliseconds(50));
  EXPECT_EQ(alarm.calls, 0);
  alarm.clear();
  alarm.set(milliseconds(10));
  let_pass(milliseconds(50));
  EXPECT_EQ(alarm.calls, 1);
}

TEST_F(Timers, MayBeSetAgainInTheirOwnCall) {
  Alarm alarm(hand.timers);
  alarm.then = [&] {
    if (alarm.calls < 3) alarm.set(milliseconds(1));
  };
  alarm.set(milliseconds(1));
  ASSERT_TRUE(hand.until([&] { return alarm.calls == 3; }));
  let_pass(milliseconds(100));
  EXPECT_EQ(alarm.calls, 3);
  EXPECT_EQ(alarm.early, 0);
}

TEST_F(Timers, DueInTheSameTurnMayEndMoveOrClearEachOther) {
  Alarm first(hand.timers);
  Alarm cleared(hand.timers);
  Alarm moved(hand.timers);
  auto destroyed = std::make_unique<Alarm>(hand.timers);
  first.then = [&] {
    destroyed.reset();
    cleared.clear();
    moved.set(milliseconds(150));
  };
  for (Alarm* alarm : {&first, &cleared, &moved, destroyed.get()}) alarm->set(milliseconds(0));
  ASSERT_TRUE(hand.until([&] { return first.calls == 1; }));
  EXPECT_EQ(moved.calls, 0);
  let_pass(milliseconds(200));
  EXPECT_EQ(cleared.calls, 0);
  EXPECT_EQ(moved.calls, 1);
  EXPECT_EQ(moved.early, 0);
}

TEST_F(Timers, AreNotLostWhenTheLoopWasHeldUp) {
  Alarm alarm(hand.timers);
  Alarm later(hand.timers);
  alarm.set(milliseconds(50));
  later.set(milliseconds(350));
  ::usleep(450'000);
  EXPECT_TRUE(hand.until([&] { return alarm.calls == 1 && later.calls == 1; }));
}

}  // namespace
}  // namespace frontis::net
