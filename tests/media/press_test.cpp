#include "media/press.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <string>

namespace frontis::media {
namespace {

class PressTest : public ::testing::Test {
 protected:
  std::unique_ptr<Log> log_ = Log::silent();
};

// Holds one thread of a press until it is told to go on. With one thread for everything, the
// first gate, in the background, holds that one, and a second, urgent, the one kept for requests.
struct Gate {
  std::promise<void> entered, opened;
  void hold(Press& press, Press::Urgency urgency) {
    press.submit(urgency, [this] {
      entered.set_value();
      opened.get_future().wait();
    });
    entered.get_future().wait();
  }
};

TEST_F(PressTest, RunsEveryJobOnceBeforeDrainReturns) {
  Press press(3, *log_);
  std::atomic<int> count = 0;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(press.submit(Press::Urgency::soon, [&count] { ++count; }));
  }
  press.drain();
  EXPECT_EQ(count, 1000);
  press.drain();
}

TEST_F(PressTest, WithoutThreadsRunsTheJobAtOnce) {
  Press press(0, *log_);
  std::thread::id where;
  EXPECT_TRUE(
      press.submit(Press::Urgency::soon, [&where] { where = std::this_thread::get_id(); }));
  EXPECT_EQ(where, std::this_thread::get_id());
  press.drain();
}

TEST_F(PressTest, RequestsThatWaitGoFirstAndInOrder) {
  Press press(1, *log_);
  Gate gate, kept;
  gate.hold(press, Press::Urgency::soon);
  kept.hold(press, Press::Urgency::request_waits);
  std::string order;
  std::promise<void> last;
  press.submit(Press::Urgency::soon, [&order] { order += 'a'; });
  press.submit(Press::Urgency::soon, [&] {
    order += 'b';
    last.set_value();
  });
  press.submit(Press::Urgency::request_waits, [&order] { order += '1'; });
  press.submit(Press::Urgency::request_waits, [&order] { order += '2'; });
  gate.opened.set_value();
  last.get_future().wait();
  EXPECT_EQ(order, "12ab");
  kept.opened.set_value();
}

TEST_F(PressTest, ARequestDoesNotWaitForBackgroundWork) {
  Press press(1, *log_);
  Gate gate;
  gate.hold(press, Press::Urgency::soon);
  std::promise<void> answered;
  press.submit(Press::Urgency::request_waits, [&answered] { answered.set_value(); });
  answered.get_future().wait();  // for ever, if it had to wait
  gate.opened.set_value();
}

TEST_F(PressTest, TellsTheJobsThatRunThatItEnds) {
  auto press = std::make_unique<Press>(1, *log_);
  const std::atomic<bool>& stopping = press->stopping();
  std::promise<void> entered;
  press->submit(Press::Urgency::soon, [&] {
    entered.set_value();
    while (!stopping) std::this_thread::yield();
  });
  entered.get_future().wait();
  press.reset();  // for ever, if it did not say so
}

TEST_F(PressTest, AJobMaySubmitAnother) {
  Press press(1, *log_);
  std::atomic<bool> is_done = false;
  press.submit(Press::Urgency::soon,
               [&] { press.submit(Press::Urgency::soon, [&is_done] { is_done = true; }); });
  press.drain();
  EXPECT_TRUE(is_done);
}

TEST_F(PressTest, RefusesAJobWhenTooManyWait) {
  Press press(1, *log_);
  Gate gate, kept;
  gate.hold(press, Press::Urgency::soon);
  kept.hold(press, Press::Urgency::request_waits);
  for (std::size_t i = 0; i < Press::most_waiting; ++i) {
    ASSERT_TRUE(press.submit(Press::Urgency::soon, [] {}));
  }
  EXPECT_FALSE(press.submit(Press::Urgency::soon, [] {}));
  EXPECT_FALSE(press.submit(Press::Urgency::request_waits, [] {}));
  gate.opened.set_value();
  kept.opened.set_value();
  press.drain();
  EXPECT_TRUE(press.submit(Press::Urgency::soon, [] {}));
}

TEST_F(PressTest, AnEndingPressFinishesWhatRunsAndDropsWhatWaits) {
  std::atomic<bool> has_finished = false;
  auto held = std::make_shared<int>(0);
  Gate gate;
  {
    Press press(1, *log_);
    std::promise<void> entered;
    press.submit(Press::Urgency::request_waits, [&] {
      entered.set_value();
      gate.opened.get_future().wait();
      has_finished = true;
    });
    entered.get_future().wait();
    press.submit(Press::Urgency::soon, [held] { ++*held; });
    gate.opened.set_value();
    // Whether the second job still runs is a race that either may win; that it is freed is not.
  }
  EXPECT_TRUE(has_finished);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(PressTest, ItsThreadsAreNamed) {
  Press press(1, *log_);
  std::array<char, 16> name{};
  press.submit(Press::Urgency::soon,
               [&name] { pthread_getname_np(pthread_self(), name.data(), name.size()); });
  press.drain();
  EXPECT_STREQ(name.data(), "frontis-press");
}

}  // namespace
}  // namespace frontis::media
