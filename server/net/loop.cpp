#include "net/loop.h"

#include <sys/eventfd.h>

#include <cstdint>
#include <cstdlib>

#include "net/watch.h"

namespace frontis::net {

namespace {

// A loop without its descriptors cannot do anything, not even say so: this happens only when the
// process has none left at start-up.
Descriptor must(int made) {
  if (made < 0) std::abort();
  return Descriptor(made);
}

}  // namespace

Loop::Loop()
    : poller_(must(::epoll_create1(EPOLL_CLOEXEC))),
      wake_(must(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))) {
  epoll_event wake{};  // the one without a watch
  wake.events = EPOLLIN;
  ::epoll_ctl(poller_.number(), EPOLL_CTL_ADD, wake_.number(), &wake);
}

Loop::~Loop() {
  posted_.clear();
  soon_.clear();
  free_retired();
}

void Loop::run() {
  while (!stopping_.load(std::memory_order_acquire)) turn(true);
  run_posted();
  run_soon();
  free_retired();
}

void Loop::turn() { turn(false); }

void Loop::turn(bool waits) {
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  const int count = ::epoll_wait(poller_.number(), ready_.data(), static_cast<int>(ready_.size()),
                                 waits && soon_.empty() ? -1 : 0);
  ready_count_ = count > 0 ? static_cast<std::size_t>(count) : 0;  // a signal is no event
  turn_time_ = Instant{};
  for (told_ = 0; told_ < ready_count_; ++told_) tell(ready_[told_]);
  ready_count_ = 0;
  run_soon();
  free_retired();
}

void Loop::tell(const epoll_event& one) {
  if (one.events == 0) return;
  if (one.data.ptr == nullptr) return woken();
  static_cast<Watch*>(one.data.ptr)->tell(one.events);
}

void Loop::forget(const Watch& watch) {
  for (std::size_t i = told_; i < ready_count_; ++i) {
    if (ready_[i].data.ptr == &watch) ready_[i].events = 0;
  }
}

// What dies may retire more.
void Loop::free_retired() {
  while (!retired_.empty()) {
    dying_.swap(retired_);
    dying_.clear();
  }
}

void Loop::stop() {
  stopping_.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.number(), &one, sizeof one);
}

void Loop::post(std::function<void()> work) {
  if (thread_.load(std::memory_order_relaxed) == std::this_thread::get_id()) {
    soon_.push_back(std::move(work));
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.number(), &one, sizeof one);
}

void Loop::woken() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(wake_.number(), &count, sizeof count);
  run_posted();
}

// What posts again is run in the next turn, which does not wait then.
void Loop::run_soon() {
  if (soon_.empty()) return;
  std::vector<std::function<void()>> work;
  work.swap(soon_);
  for (const auto& item : work) item();
}

void Loop::run_posted() {
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(mutex_);
    work.swap(posted_);
  }
  for (const auto& item : work) item();
}

}  // namespace frontis::net
