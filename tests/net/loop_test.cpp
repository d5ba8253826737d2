#include "net/loop.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <thread>

#include "hand_turned.h"

namespace frontis::net {
namespace {

// Notes its own end, and may retire another on the way.
class Mortal {
 public:
  explicit Mortal(bool& died, Loop* heir = nullptr, bool* heirs_death = nullptr)
      : died_(died), heir_(heir), heirs_death_(heirs_death) {}
  ~Mortal() {
    died_ = true;
    if (heir_) heir_->retire(std::make_unique<Mortal>(*heirs_death_));
  }

 private:
  bool& died_;
  Loop* heir_;
  bool* heirs_death_;
};

TEST(Loop, RunsWhatWasPostedInALaterTurnAndInOrder) {
  HandTurned hand;
  std::string order;
  hand.loop.post([&] { order += '1'; });
  hand.loop.post([&] { order += '2'; });
  EXPECT_EQ(order, "");
  hand.turn();
  EXPECT_EQ(order, "12");
  hand.turn();
  EXPECT_EQ(order, "12");
}

TEST(Loop, RunsWhatItsOwnWorkPostsBehindIt) {
  HandTurned hand;
  std::string order;
  hand.loop.post([&] {
    hand.loop.post([&] { order += 'b'; });
    order += 'a';
  });
  hand.turn();
  EXPECT_EQ(order, "ab");
}

TEST(Loop, LetsNoWorkThatPostsItselfHoldUpTheTurn) {
  HandTurned hand;
  int times = 0;
  std::function<void()> again = [&] {
    ++times;
    hand.loop.post(again);
  };
  hand.loop.post(again);
  for (int turns = 0; turns < 3; ++turns) {
    const int before = times;
    hand.turn();
    EXPECT_LE(times, before + 2);
  }
  EXPECT_GE(times, 3);
}

TEST(Loop, FreesWhatIsRetiredAtTheEndOfTheTurn) {
  HandTurned hand;
  bool died = false;
  bool died_inside = true;
  hand.loop.post([&] {
    hand.loop.retire(std::make_unique<Mortal>(died));
    died_inside = died;
  });
  hand.turn();
  EXPECT_FALSE(died_inside);
  EXPECT_TRUE(died);
}

TEST(Loop, FreesWhatTheDyingRetire) {
  bool died = false;
  bool heir_died = false;
  HandTurned hand;
  hand.loop.retire(std::make_unique<Mortal>(died, &hand.loop, &heir_died));
  hand.turn();
  EXPECT_TRUE(died);
  EXPECT_TRUE(heir_died);
}

TEST(Loop, FreesWhatTheDyingRetireAlsoWhenItEnds) {
  bool died = false;
  bool heir_died = false;
  {
    HandTurned hand;
    hand.loop.retire(std::make_unique<Mortal>(died, &hand.loop, &heir_died));
  }
  EXPECT_TRUE(died);
  EXPECT_TRUE(heir_died);
}

TEST(Loop, ForgetsWorkThatWasNeverRun) {
  bool died = false;
  bool ran = false;
  {
    HandTurned hand;
    auto owned = std::make_shared<Mortal>(died);
    hand.loop.post([&ran, owned = std::move(owned)] { ran = true; });
  }
  EXPECT_TRUE(died);
  EXPECT_FALSE(ran);
}

TEST(Loop, RunsWhatOtherThreadsPostUntilOneStopsIt) {
  Loop loop;
  int ran = 0;
  bool died = false;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) loop.post([&] { ++ran; });
    loop.post([&] { loop.retire(std::make_unique<Mortal>(died)); });
    loop.stop();
  });
  loop.run();
  other.join();
  EXPECT_EQ(ran, 100);
  EXPECT_TRUE(died);
}

TEST(Loop, RunsWhatWasPostedBeforeAStopThatCameFirst) {
  Loop loop;
  bool ran = false;
  loop.post([&] { ran = true; });
  loop.stop();
  loop.run();
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace frontis::net
