#include "media/press.h"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace frontis::media {
namespace {

class PressTest : public ::testing::Test {
 protected:
  std::unique_ptr<Log> log_ = Log::silent();
};

// Holds one thread of a press until it is told to go on. With one thread for everything, the
// first gate, in the background, holds that one, and a second, urgent, the one kept for requests.
struct Gate {
  struct Doors {
    std::promise<void> entered, opened;
  };
  std::shared_ptr<Doors> doors = std::make_shared<Doors>();  // the job may outlast the gate

  void hold(Press& press, Press::Urgency urgency) const {
    press.submit(urgency, [own = doors] {
      own->entered.set_value();
      own->opened.get_future().wait();
    });
    doors->entered.get_future().wait();
  }
  void open() const { doors->opened.set_value(); }
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
  EXPECT_TRUE(press.submit(Press::Urgency::soon, [&where] { where = std::this_thread::get_id(); }));
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
  gate.open();
  last.get_future().wait();
  EXPECT_EQ(order, "12ab");
  kept.open();
}

TEST_F(PressTest, ARequestDoesNotWaitForBackgroundWork) {
  Press press(1, *log_);
  Gate gate;
  gate.hold(press, Press::Urgency::soon);
  std::promise<void> answered;
  press.submit(Press::Urgency::request_waits, [&answered] { answered.set_value(); });
  answered.get_future().wait();  // for ever, if it had to wait
  gate.open();
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
  EXPECT_TRUE(press.submit(Press::Urgency::request_waits, [] {}));  // its rank is not full
  EXPECT_TRUE(press.submit(Press::Urgency::idle, [] {}));
  gate.open();
  kept.open();
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
      gate.doors->opened.get_future().wait();
      has_finished = true;
    });
    entered.get_future().wait();
    press.submit(Press::Urgency::soon, [held] { ++*held; });
    gate.open();
    // Whether the second job still runs is a race that either may win; that it is freed is not.
  }
  EXPECT_TRUE(has_finished);
  EXPECT_EQ(held.use_count(), 1);
}

TEST_F(PressTest, ItsThreadsAreNamed) {
  Press press(1, *log_);
  const auto name_of = [&press](Press::Urgency urgency) {
    std::array<char, 16> name{};
    press.submit(urgency,
                 [&name] { pthread_getname_np(pthread_self(), name.data(), name.size()); });
    press.drain();
    return std::string(name.data());
  };
  EXPECT_EQ(name_of(Press::Urgency::request_waits), "frontis-press");
  EXPECT_EQ(name_of(Press::Urgency::soon), "frontis-press");
  EXPECT_EQ(name_of(Press::Urgency::idle), "frontis-idle");
}

// What the kernel says of the thread that asks.
struct Priority {
  int scheduler = -1;
  int disk_class = -1;  // 3: idle
  int nice = 0;

  static Priority own() {
    constexpr int who_process = 1;
    constexpr int class_shift = 13;
    const auto thread = static_cast<id_t>(::syscall(SYS_gettid));
    return {::sched_getscheduler(0),
            static_cast<int>(::syscall(SYS_ioprio_get, who_process, 0)) >> class_shift,
            ::getpriority(PRIO_PROCESS, thread)};
  }
};

Priority priority_of(Press& press, Press::Urgency urgency) {
  const auto found = std::make_shared<std::promise<Priority>>();
  press.submit(urgency, [found] { found->set_value(Priority::own()); });
  return found->get_future().get();
}

TEST_F(PressTest, IdleWorkIsDoneAtTheKernelsIdlePriorities) {
  Press press(2, *log_);
  const Priority idle = priority_of(press, Press::Urgency::idle);
  EXPECT_EQ(idle.scheduler, SCHED_IDLE);
  EXPECT_EQ(idle.disk_class, 3);
}

TEST_F(PressTest, WhatIsWantedSoonIsDoneAtANiceValue) {
  Press press(1, *log_);
  const Priority soon = priority_of(press, Press::Urgency::soon);
  EXPECT_EQ(soon.scheduler, SCHED_OTHER);
  EXPECT_NE(soon.disk_class, 3);
  EXPECT_EQ(soon.nice, std::max(10, Priority::own().nice));
}

TEST_F(PressTest, WhatARequestWaitsForKeepsThePriorityOfTheServer) {
  Press press(1, *log_);
  Gate helper;
  helper.hold(press, Press::Urgency::soon);  // it might help out, at its own priority
  const Priority waited_for = priority_of(press, Press::Urgency::request_waits);
  EXPECT_EQ(waited_for.scheduler, SCHED_OTHER);
  EXPECT_EQ(waited_for.nice, Priority::own().nice);
  helper.open();
}

TEST_F(PressTest, TheThreadForWhatIsWantedSoonHelpsWithRequests) {
  Press press(1, *log_);
  Gate own, helped;
  own.hold(press, Press::Urgency::request_waits);
  helped.hold(press, Press::Urgency::request_waits);  // for ever, if nobody helped
  own.open();
  helped.open();
}

TEST_F(PressTest, IdleThreadsLeaveTheHigherRanksAlone) {
  Press press(2, *log_);
  Gate soon, waited_for;
  soon.hold(press, Press::Urgency::soon);
  waited_for.hold(press, Press::Urgency::request_waits);
  std::array<int, 2> schedulers{-1, -1};
  press.submit(Press::Urgency::soon, [&] { schedulers[0] = ::sched_getscheduler(0); });
  press.submit(Press::Urgency::request_waits, [&] { schedulers[1] = ::sched_getscheduler(0); });
  for (int i = 0; i < 10; ++i) priority_of(press, Press::Urgency::idle);  // they had the chance
  soon.open();
  waited_for.open();
  press.drain();
  EXPECT_EQ(schedulers[0], SCHED_OTHER);
  EXPECT_EQ(schedulers[1], SCHED_OTHER);
}

TEST_F(PressTest, HigherRanksLeaveIdleWorkToTheIdleThreads) {
  Press press(1, *log_);
  Gate gate;
  gate.hold(press, Press::Urgency::idle);
  int scheduler = -1;
  press.submit(Press::Urgency::idle, [&scheduler] { scheduler = ::sched_getscheduler(0); });
  for (int i = 0; i < 10; ++i) priority_of(press, Press::Urgency::soon);
  gate.open();
  press.drain();
  EXPECT_EQ(scheduler, SCHED_IDLE);
}

TEST_F(PressTest, DrainWaitsForEveryRank) {
  Press press(2, *log_);
  std::atomic<int> count = 0;
  for (int i = 0; i < 100; ++i) {
    for (const auto urgency :
         {Press::Urgency::idle, Press::Urgency::soon, Press::Urgency::request_waits}) {
      press.submit(urgency, [&count] { ++count; });
    }
  }
  press.drain();
  EXPECT_EQ(count, 300);
}

// Uses the CPU for so long that its thread, at a share of 1 %, rests for some ten seconds.
void work_hard() {
  const auto used = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  };
  const auto before = used();
  while (used() - before < std::chrono::milliseconds(100)) continue;
}

TEST_F(PressTest, AThreadWithAShareRestsAfterItsWorkAndEndsAtOnce) {
  auto press = std::make_unique<Press>(1, *log_, 1);
  std::promise<void> worked;
  std::atomic<bool> is_rested = false;
  press->submit(Press::Urgency::idle, [&worked] {
    work_hard();
    worked.set_value();
  });
  press->submit(Press::Urgency::idle, [&is_rested] { is_rested = true; });
  worked.get_future().wait();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  priority_of(*press, Press::Urgency::soon);  // the others do not rest
  EXPECT_FALSE(is_rested);
  auto end = std::async(std::launch::async, [&press] { press.reset(); });
  EXPECT_EQ(end.wait_for(std::chrono::seconds(5)), std::future_status::ready);
}

TEST_F(PressTest, AThreadWithAShareGoesOnWhenItHasRested) {
  Press press(1, *log_, 50);
  std::atomic<int> count = 0;
  for (int i = 0; i < 20; ++i) press.submit(Press::Urgency::idle, [&count] { ++count; });
  press.drain();
  EXPECT_EQ(count, 20);
}

TEST_F(PressTest, SaysHowManyThreadsThereAreForIdleWork) {
  EXPECT_EQ(Press(0, *log_).idle_threads(), 0U);
  EXPECT_EQ(Press(3, *log_).idle_threads(), 3U);
}

}  // namespace
}  // namespace frontis::media
