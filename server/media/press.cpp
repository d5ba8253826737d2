#include "media/press.h"

#include <pthread.h>

#include <system_error>
#include <utility>

namespace frontis::media {

Press::Press(unsigned threads, Log& log) : log_(log) {
  if (threads == 0) return;
  try {
    start(threads);
  } catch (const std::system_error& error) {
    log_.error("only {} of {} press threads could be started ({}): raise the limit of tasks{}",
               threads_.size(), threads + 1, error.what(),
               threads_.empty() ? "; until then hashing holds up the requests" : "");
  }
}

// The first takes all kinds of jobs, so that whatever can be started is of use.
void Press::start(unsigned threads) {
  threads_.reserve(threads + 1);
  threads_.emplace_back([this] { work(false); });
  threads_.emplace_back([this] { work(true); });
  while (threads_.size() < threads + 1) threads_.emplace_back([this] { work(false); });
}

Press::~Press() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_to_do_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool Press::submit(Urgency urgency, std::function<void()> job) {
  if (threads_.empty()) {
    job();
    return true;
  }
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return false;
    if (urgent_.size() + background_.size() < most_waiting) {
      auto& queue = urgency == Urgency::request_waits ? urgent_ : background_;
      queue.push_back(std::move(job));
      work_to_do_.notify_all();  // the threads do not wait for the same
      return true;
    }
  }
  log_.once_a_minute("press full", Log::Level::warning,
                     fmt::format("{} jobs wait for a press thread already, so one was dropped: "
                                 "raise press.threads, or look for a slow disk",
                                 most_waiting));
  return false;
}

void Press::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return urgent_.empty() && background_.empty() && running_ == 0; });
}

void Press::work(bool urgent_only) {
  pthread_setname_np(pthread_self(), "frontis-press");
  std::unique_lock lock(mutex_);
  for (;;) {
    work_to_do_.wait(lock, [this, urgent_only] {
      return stopping_ || !urgent_.empty() || (!urgent_only && !background_.empty());
    });
    if (stopping_) return;
    auto& queue = urgent_.empty() ? background_ : urgent_;
    auto job = std::move(queue.front());
    queue.pop_front();
    ++running_;
    lock.unlock();
    job();
    job = nullptr;  // what it holds may be slow to free, or submit another job
    lock.lock();
    --running_;
    if (running_ == 0 && urgent_.empty() && background_.empty()) idle_.notify_all();
  }
}

}  // namespace frontis::media
