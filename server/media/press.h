// The threads for work that would hold up a loop: hashing large files, decoding siblings,
// libmagic, SQLite. A job runs once, on one press thread; what it finds goes back to a loop by
// the function that the submitter brought. Requests that wait go before background work, and one
// thread more is kept for them alone, so that they never wait for the hash of a film.
#pragma once

#include <atomic>
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
  enum class Urgency { request_waits, background };

  // With no threads, submit() runs the job before it returns: for `explain` and for tests.
  Press(unsigned threads, Log& log);
  // Waits for the jobs that run, drops the ones that wait.
  ~Press();

  // Becomes true when this ends: a job that may last looks at it and gives up.
  const std::atomic<bool>& stopping() const { return stopping_; }

  // False when `most_waiting` jobs wait already; the job is then dropped, and said in the log.
  bool submit(Urgency urgency, std::function<void()> job);
  // Returns when nothing waits and nothing runs: for tests and for an orderly stop.
  void drain();

  static constexpr std::size_t most_waiting = 100'000;

 private:
  void work(bool urgent_only);
  void start(unsigned threads);

  Log& log_;
  std::mutex mutex_;
  std::condition_variable work_to_do_, idle_;
  std::deque<std::function<void()>> urgent_, background_;
  std::size_t running_ = 0;
  std::atomic<bool> stopping_{false};  // changed under the mutex
  std::vector<std::thread> threads_;
};

}  // namespace frontis::media
