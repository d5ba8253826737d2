#include "net/loop.h"

#include <event2/event.h>
#include <sys/eventfd.h>

#include <cstdint>
#include <cstdlib>

namespace frontis::net {

namespace {

// A loop without its base cannot do anything, not even say so: this happens only when the
// process has no descriptors or memory left at start-up.
template <typename T>
T* must(T* made) {
  if (made == nullptr) std::abort();
  return made;
}

event_base* new_base() {
  event_config* config = must(event_config_new());
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_base* base = must(event_base_new_with_config(config));
  event_config_free(config);
  return base;
}

}  // namespace

Loop::Loop()
    : base_(new_base()),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      wake_event_(
          must(event_new(base_, wake_.number(), EV_READ | EV_PERSIST, &Loop::woken, this))) {
  event_add(wake_event_, nullptr);
}

Loop::~Loop() {
  posted_.clear();
  soon_.clear();
  free_retired();
  event_free(wake_event_);
  event_base_free(base_);
}

void Loop::run() {
  while (!stopping_.load(std::memory_order_acquire)) turn(EVLOOP_ONCE);
  run_posted();
  run_soon();
  free_retired();
}

void Loop::turn() { turn(EVLOOP_ONCE | EVLOOP_NONBLOCK); }

void Loop::turn(int flags) {
  thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  event_base_loop(base_, soon_.empty() ? flags : flags | EVLOOP_NONBLOCK);
  run_soon();
  free_retired();
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

void Loop::woken(int descriptor, short, void* self) {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(descriptor, &count, sizeof count);
  static_cast<Loop*>(self)->run_posted();
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
