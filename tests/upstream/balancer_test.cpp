#include "upstream/balancer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace frontis::upstream {
namespace {

using std::chrono::milliseconds;
using Outcome = Place::Outcome;

Instant now_in_test{};
Instant clock_of_test() { return now_in_test; }

class BalancerTest : public testing::Test {
 protected:
  BalancerTest() { now_in_test = Instant(std::chrono::hours(1)); }

  BackendId add(const std::string& name, std::uint32_t capacity) {
    return balancer.add(std::make_shared<net::Endpoint>(net::Endpoint::abstract(name)), capacity);
  }
  // In line under `name`, which comes to `granted` with its place.
  std::unique_ptr<Balancer::Waiting> wait(const std::string& name) {
    return balancer.wait([this, name](Place place) {
      granted += name + " ";
      places.push_back(std::move(place));
    });
  }
  // Where the next request would go, which is done at once.
  BackendId next(BackendId avoided = 0) {
    const auto place = balancer.take({.avoided = avoided});
    return place ? place->backend() : 0;
  }
  // What was granted; others may be granted it at once.
  void give_back() { std::exchange(places, {}).clear(); }
  static void pass(milliseconds time) { now_in_test += time; }
  void end(Outcome outcome) {
    auto place = balancer.take();
    ASSERT_TRUE(place);
    place->end(outcome);
  }

  Balancer balancer{3, &clock_of_test};
  std::string granted;
  std::vector<Place> places;
};

TEST_F(BalancerTest, HasNoPlaceWithoutABackend) {
  EXPECT_FALSE(balancer.take());
  EXPECT_FALSE(balancer.is_up());
  const auto waiting = wait("a");
  ASSERT_TRUE(waiting);
  EXPECT_EQ(granted, "");
  add("one", 1);
  EXPECT_EQ(granted, "a ") << "whoever waits gets it as soon as it is there";
  EXPECT_TRUE(balancer.is_up());
}

TEST_F(BalancerTest, GivesNoMorePlacesThanABackendHas) {
  const BackendId id = add("one", 2);
  auto first = balancer.take();
  const auto second = balancer.take();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->backend(), id);
  EXPECT_EQ(first->endpoint().text(), "unix:@one");
  EXPECT_FALSE(balancer.take());
  EXPECT_EQ(balancer.counts().busy, 2U);
  first.reset();
  EXPECT_EQ(balancer.counts().busy, 1U);
  EXPECT_TRUE(balancer.take());
}

TEST_F(BalancerTest, ChoosesTheLeastBusyAndOfEqualsTheOneThatRestedLongest) {
  const BackendId one = add("one", 3);
  const BackendId two = add("two", 3);
  EXPECT_EQ(next(), one);
  EXPECT_EQ(next(), two);
  EXPECT_EQ(next(), one);
  auto first = balancer.take();
  ASSERT_EQ(first->backend(), two);
  EXPECT_EQ(next(), one);
  EXPECT_EQ(next(), one) << "the other one is busy";
  first.reset();
  EXPECT_EQ(next(), two);
}

TEST_F(BalancerTest, AvoidsABackendOnlyWhileThereIsAnother) {
  const BackendId one = add("one", 1);
  EXPECT_EQ(next(one), one);
  const BackendId two = add("two", 1);
  EXPECT_EQ(next(one), two);
  EXPECT_EQ(next(one), two);
  EXPECT_EQ(next(two), one);
  const auto taken = balancer.take({.avoided = one});
  EXPECT_EQ(next(one), one);
}

TEST_F(BalancerTest, ServesTheLineInItsOrderAndNobodyPassesIt) {
  add("one", 1);
  auto taken = balancer.take();
  const auto a = wait("a");
  const auto b = wait("b");
  EXPECT_EQ(balancer.counts().waiting, 2U);
  taken.reset();
  EXPECT_EQ(granted, "a ");
  EXPECT_FALSE(balancer.take()) << "somebody has been waiting longer";
  give_back();
  EXPECT_EQ(granted, "a b ");
  give_back();
  EXPECT_TRUE(balancer.take());
}

TEST_F(BalancerTest, HasALineOfABoundedLength) {
  add("one", 1);
  auto taken = balancer.take();
  auto a = wait("a");
  const auto b = wait("b");
  const auto c = wait("c");
  EXPECT_TRUE(a && b && c);
  EXPECT_FALSE(wait("d"));
  a.reset();
  const auto e = wait("e");
  EXPECT_TRUE(e);
  taken.reset();
  EXPECT_EQ(granted, "b ") << "whoever has left gets none";
  give_back();
  give_back();
  EXPECT_EQ(granted, "b c e ");
}

// Between a take() that finds nothing and the wait() behind it another thread may give a place
// back; nobody else would bring it.
TEST_F(BalancerTest, GrantsAtOnceWhatHasBecomeFreeMeanwhile) {
  add("one", 1);
  auto taken = balancer.take();
  EXPECT_FALSE(balancer.take());
  taken.reset();
  const auto a = wait("a");
  EXPECT_TRUE(a);
  EXPECT_EQ(granted, "a ");
  EXPECT_EQ(balancer.counts().waiting, 0U);
}

TEST_F(BalancerTest, TakesAGrantBackThatNobodyWants) {
  add("one", 1);
  auto taken = balancer.take();
  const auto a = balancer.wait([this](Place) { granted += "a "; });
  const auto b = wait("b");
  taken.reset();
  EXPECT_EQ(granted, "a b ");
  give_back();
  EXPECT_EQ(balancer.counts().busy, 0U);
}

TEST_F(BalancerTest, LeavesABackendAloneThatCannotBeReached) {
  const BackendId one = add("one", 4);
  end(Outcome::unreachable);
  EXPECT_FALSE(balancer.is_up());
  EXPECT_EQ(balancer.counts().up, 0U);
  EXPECT_EQ(next(), 0U);
  pass(milliseconds(99));
  EXPECT_EQ(next(), 0U);
  pass(milliseconds(1));
  EXPECT_EQ(next(), one);
  EXPECT_FALSE(balancer.is_up()) << "until it has answered";
}

TEST_F(BalancerTest, RestsTwiceAsLongAfterEachFailureUpToASecond) {
  add("one", 1);
  for (const int rest : {100, 200, 400, 800, 1'000, 1'000, 1'000, 1'000, 1'000}) {
    end(Outcome::unreachable);
    pass(milliseconds(rest - 1));
    EXPECT_EQ(next(), 0U) << rest;
    pass(milliseconds(1));
  }
  end(Outcome::worked);
  EXPECT_TRUE(balancer.is_up());
  end(Outcome::unreachable);
  pass(milliseconds(100));
  EXPECT_TRUE(balancer.take()) << "the count begins anew";
}

TEST_F(BalancerTest, ToleratesTwoBreaksInARow) {
  add("one", 1);
  end(Outcome::broke);
  end(Outcome::broke);
  end(Outcome::worked);
  end(Outcome::broke);
  end(Outcome::broke);
  EXPECT_TRUE(balancer.is_up());
  end(Outcome::unknown);  // says nothing
  end(Outcome::broke);
  EXPECT_FALSE(balancer.is_up());
  EXPECT_EQ(next(), 0U);
}

TEST_F(BalancerTest, GivesAReturningBackendTwiceAsMuchAfterEachSuccess) {
  add("one", 5);
  end(Outcome::unreachable);
  pass(milliseconds(100));
  std::vector<std::size_t> at_once;
  for (int i = 0; i < 5; ++i) {
    std::vector<Place> all;
    while (auto place = balancer.take()) all.push_back(std::move(*place));
    at_once.push_back(all.size());
    all.front().end(Outcome::worked);
  }
  EXPECT_EQ(at_once, (std::vector<std::size_t>{1, 2, 4, 5, 5}));
}

TEST_F(BalancerTest, GivesOutByTimeWhenItIsTended) {
  add("one", 1);
  end(Outcome::unreachable);
  const auto a = wait("a");
  pass(milliseconds(99));
  balancer.tend();
  EXPECT_EQ(granted, "");
  pass(milliseconds(1));
  EXPECT_EQ(granted, "");
  balancer.tend();
  EXPECT_EQ(granted, "a ");
}

TEST_F(BalancerTest, RetiresABackendWhenItsLastRequestIsDone) {
  const BackendId one = add("one", 2);
  const BackendId two = add("two", 1);
  auto first = balancer.take({.avoided = two});
  auto second = balancer.take({.avoided = two});
  ASSERT_EQ(second->backend(), one);
  int drained = 0;
  balancer.retire(one, [&] { ++drained; });
  first.reset();
  EXPECT_EQ(drained, 0);
  EXPECT_EQ(next(), two);
  const auto other = balancer.take();
  EXPECT_EQ(next(), 0U) << "a retired one gets none";
  const auto waiting = wait("a");
  second->end(Outcome::worked);
  EXPECT_EQ(drained, 1);
  EXPECT_EQ(granted, "");
  EXPECT_EQ(balancer.counts().backends, 1U);
  balancer.retire(one, [&] { ++drained; });
  EXPECT_EQ(drained, 2) << "nobody is there any more";
}

TEST_F(BalancerTest, RetiresAnIdleBackendAtOnce) {
  const BackendId one = add("one", 2);
  bool is_drained = false;
  balancer.retire(one, [&] { is_drained = true; });
  EXPECT_TRUE(is_drained);
  EXPECT_FALSE(balancer.is_up());
  EXPECT_NE(add("one", 2), one) << "an id is never used twice";
}

TEST_F(BalancerTest, IsHopelessOnlyWithoutBackends) {
  balancer.set_hopeless(true);
  EXPECT_TRUE(balancer.is_hopeless());
  const BackendId one = add("one", 1);
  EXPECT_FALSE(balancer.is_hopeless());
  balancer.set_hopeless(true);
  EXPECT_FALSE(balancer.is_hopeless());
  balancer.retire(one, nullptr);
  EXPECT_TRUE(balancer.is_hopeless());
  balancer.set_hopeless(false);
  EXPECT_FALSE(balancer.is_hopeless());
}

TEST_F(BalancerTest, KeepsAPlaceThatMoves) {
  add("one", 2);
  Place first = std::move(*balancer.take());
  Place second = std::move(*balancer.take());
  EXPECT_EQ(balancer.counts().busy, 2U);
  second = std::move(first);
  EXPECT_EQ(balancer.counts().busy, 1U);
  EXPECT_TRUE(second);
  second.end(Outcome::worked);
  second.end(Outcome::unreachable);  // said at most once
  EXPECT_TRUE(balancer.is_up());
  EXPECT_EQ(balancer.counts().busy, 0U);
}

TEST(BalancerThreads, GiveEachPlaceToOneAtATime) {
  Balancer balancer(1'000);
  balancer.add(std::make_shared<net::Endpoint>(net::Endpoint::abstract("one")), 3);
  std::atomic<int> held = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  const auto use = [&](Place place) {
    int seen = ++held;
    int before = most;
    while (seen > before && !most.compare_exchange_weak(before, seen)) continue;
    --held;
    ++done;
    place.end(Outcome::worked);
  };
  constexpr int rounds = 300;
  const auto work = [&] {
    std::vector<std::unique_ptr<Balancer::Waiting>> waiting;
    for (int i = 0; i < rounds; ++i) {
      if (auto place = balancer.take()) {
        std::thread([&use, taken = std::move(*place)]() mutable { use(std::move(taken)); }).join();
      } else {
        waiting.push_back(balancer.wait(use));
      }
    }
    while (balancer.counts().waiting > 0) std::this_thread::yield();
  };
  std::thread other(work);
  work();
  other.join();
  EXPECT_EQ(done, 2 * rounds);
  EXPECT_LE(most, 3);
  EXPECT_EQ(balancer.counts().busy, 0U);
}

class AheadTest : public BalancerTest {
 protected:
  BackendId add_with_ahead() {
    return balancer.add(std::make_shared<net::Endpoint>(net::Endpoint::abstract("one")), 1, 2);
  }
  static constexpr Asking movable{.can_move = true};
};

TEST_F(AheadTest, AQuickBackendGetsWhatCanMoveBeforeItIsFree) {
  add_with_ahead();
  end(Outcome::worked);
  const auto taken = balancer.take(movable);
  ASSERT_TRUE(taken);
  EXPECT_FALSE(taken->is_ahead());
  EXPECT_FALSE(balancer.take()) << "it could not move elsewhere";
  const auto first = balancer.take(movable);
  const auto second = balancer.take(movable);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->is_ahead() && second->is_ahead());
  EXPECT_FALSE(balancer.take(movable));
}

TEST_F(AheadTest, ABackendOfWhichNothingIsKnownGetsNone) {
  add_with_ahead();
  const auto taken = balancer.take(movable);
  EXPECT_FALSE(balancer.take(movable));
}

TEST_F(AheadTest, AFreeBackendComesFirst) {
  const BackendId one = add_with_ahead();
  end(Outcome::worked);
  const auto taken = balancer.take(movable);
  const BackendId other = add("two", 1);
  const auto next = balancer.take(movable);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->backend(), other);
  EXPECT_EQ(balancer.take(movable)->backend(), one);
}

TEST_F(BalancerTest, WhoWaitsOnTheSameLoopComesFirstSoManyTimes) {
  const int here = 0;
  const int elsewhere = 0;
  Balancer wide{100, &clock_of_test};
  wide.add(std::make_shared<net::Endpoint>(net::Endpoint::abstract("one")), 1);
  std::string order;
  auto place = wide.take({.home = &here});
  const auto note = [&](const char* name) {
    return [&order, &place, name](Place granted_place) {
      order += name;
      place = std::move(granted_place);
    };
  };
  std::vector<std::unique_ptr<Balancer::Waiting>> line;
  line.push_back(wide.wait(note("-"), {.home = &elsewhere}));
  for (std::uint32_t i = 0; i <= Balancer::patience; ++i) {
    line.push_back(wide.wait(note("+"), {.home = &here}));
  }
  for (std::uint32_t i = 0; i <= Balancer::patience; ++i) place->end(Outcome::worked);
  EXPECT_EQ(order, std::string(Balancer::patience, '+') + "-");
}

}  // namespace
}  // namespace frontis::upstream
