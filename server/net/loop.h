// One event loop on one thread: the kernel's epoll, which tells what a Watch asks for. Everything
// that belongs to a loop runs on its thread, so nothing in it needs a lock; other threads reach it
// by post(). What must die inside one of its own callbacks is given to retire() and freed when the
// turn ends.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/descriptor.h"

namespace frontis::net {

class Watch;

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Turns until stop(). Called once, on the loop's own thread.
  void run();
  // One turn that waits for nothing, with all that belongs to its end: for tests, which turn a
  // loop by hand.
  void turn();
  // From any thread; what was posted before still runs.
  void stop();
  // Runs `work` on the loop's thread when whatever runs there now has returned. From any thread;
  // from the loop's own it costs no system call.
  void post(std::function<void()> work);

  // Frees `object` when the turn ends: the way to end oneself in one's own callback.
  template <typename T>
  void retire(std::unique_ptr<T> object) {
    retired_.emplace_back(object.release(),
                          [](void* dying) { std::default_delete<T>{}(static_cast<T*>(dying)); });
  }

  // When this turn began to look at what had come, as far as that was asked: the first who asks
  // reads the clock for all.
  Instant turn_time() {
    if (turn_time_ == Instant{}) turn_time_ = std::chrono::steady_clock::now();
    return turn_time_;
  }

  // Can be read when a turn has something to do: for tests.
  int descriptor() const { return poller_.number(); }

 private:
  friend class Watch;
  using Retired = std::unique_ptr<void, void (*)(void*)>;

  void turn(bool waits);
  void tell(const epoll_event& one);
  // A watch ends while others are told: nothing of this turn reaches it any more.
  void forget(const Watch& watch);
  void woken();
  void run_posted();
  void run_soon();
  void free_retired();

  Descriptor poller_;  // epoll
  Descriptor wake_;    // eventfd
  std::array<epoll_event, 256> ready_;
  std::size_t told_ = 0;  // of those, in this turn
  std::size_t ready_count_ = 0;
  Instant turn_time_{};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  std::atomic<std::thread::id> thread_{};    // that turns
  std::vector<std::function<void()>> soon_;  // posted by that thread
  std::vector<Retired> retired_;
  std::vector<Retired> dying_;  // while they are freed; keeps its memory, as each turn needs some
};

}  // namespace frontis::net
