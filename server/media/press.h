// The threads for work that would hold up a loop (hashing, decoding, compressing, libmagic,
// SQLite), in three ranks, so that the lower never delays the higher: what a request waits for;
// what should be done soon, at a nice value; and what fills idle time, at the kernel's idle
// priorities for CPU and disk. A job runs once, on one press thread; what it finds goes back to a
// loop by the function that the submitter brought.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/log.h"

namespace frontis::media {

// Runs a function on the loop that it belongs to; safe from any thread.
using Post = std::function<void(std::function<void()>)>;

class Press {
 public:
  // Each rank has threads of its own, which help out with the rank above, but for the idle ones:
  // whoever waits must not be left to a thread that the kernel may not run.
  enum class Urgency { request_waits, soon, idle };

  // `idle_threads` compress; one more thread does what is wanted soon, and one is kept for
  // requests. With 0, submit() runs every job before it returns: for `explain` and for tests.
  // `share` is the percentage of a core's time that each idle thread may use (1 to 100): it rests
  // after each job for as long as that takes.
  Press(unsigned idle_threads, Log& log, unsigned share = 100);
  // Waits for the jobs that run, drops the ones that wait.
  ~Press();

  // Begins to end, and says whether all threads have ended within `patience`: on a busy machine
  // the kernel may leave an idle one in the middle of its job for as long as it likes.
  bool end_within(std::chrono::milliseconds patience);

  // Becomes true when this ends: a job that may last looks at it and gives up.
  const std::atomic<bool>& stopping() const { return stopping_; }

  // How many there are for idle work: fewer than were wanted where the system allows no more.
  std::size_t idle_threads() const;

  // False when `most_waiting` jobs of its rank wait already; the job is then dropped, and said in
  // the log. False as well while this ends, and for idle work without a thread that does it.
  bool submit(Urgency urgency, std::function<void()> job);
  // How many jobs wait, by Urgency.
  std::array<std::size_t, 3> backlog() const;
  // Returns when nothing waits and nothing runs: for tests and for an orderly stop.
  void drain();

  static constexpr std::size_t most_waiting = 100'000;

 private:
  using Jobs = std::deque<std::function<void()>>;
  static constexpr std::size_t busy_threads = 2;  // besides the idle ones

  void begin_to_end();
  void start(unsigned idle_threads);
  void work(Urgency rank);
  Jobs* jobs_for(Urgency rank);
  std::size_t waiting() const;
  void rest(std::unique_lock<std::mutex>& lock, std::chrono::nanoseconds spent);

  Log& log_;
  const unsigned share_;
  mutable std::mutex mutex_;
  std::condition_variable work_to_do_, idle_, stopped_;
  std::array<Jobs, 3> jobs_;  // by Urgency
  std::size_t running_ = 0;
  std::size_t ended_ = 0;              // threads
  std::atomic<bool> stopping_{false};  // changed under the mutex
  std::vector<std::thread> threads_;
};

}  // namespace frontis::media
