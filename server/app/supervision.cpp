#include "app/supervision.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <utility>

namespace frontis::app {

Supervision::Supervision(Log& log) : log_(log), timers_(loop_) {}

Supervision::~Supervision() { stop(std::chrono::milliseconds(0)); }

void Supervision::add(const config::App& app, upstream::Balancer& balancer) {
  loop_.post([this, &app, &balancer] {
    supervisors_.push_back(std::make_unique<Supervisor>(loop_, timers_, app, balancer, log_));
    supervisors_.back()->start();
  });
  is_wanted_ = true;
  if (is_started_) start();
}

void Supervision::start() {
  is_started_ = true;
  if (!is_wanted_ || thread_.joinable()) return;
  thread_ = std::thread([this] {
    // Signals are for the main thread.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    loop_.run();
  });
  ::pthread_setname_np(thread_.native_handle(), "frontis-apps");
}

void Supervision::reload(const upstream::Balancer& balancer) {
  loop_.post([this, &balancer] {
    if (Supervisor* const supervisor = find(balancer)) supervisor->reload();
  });
}

void Supervision::stuck(const upstream::Balancer& balancer, upstream::BackendId backend) {
  loop_.post([this, &balancer, backend] {
    if (Supervisor* const supervisor = find(balancer)) supervisor->stuck(backend);
  });
}

void Supervision::remove(const upstream::Balancer& balancer, std::chrono::milliseconds patience,
                         std::function<void()> ended) {
  loop_.post([this, &balancer, patience, ended = std::move(ended)] {
    remove_now(balancer, patience, ended);
  });
}

void Supervision::stop(std::chrono::milliseconds patience) {
  if (!thread_.joinable()) return;
  loop_.post([this, patience] { stop_all(patience); });
  thread_.join();
}

// --- On its own thread. ---

Supervisor* Supervision::find(const upstream::Balancer& balancer) const {
  for (const auto& supervisor : supervisors_) {
    if (&supervisor->balancer() == &balancer) return supervisor.get();
  }
  return nullptr;
}

void Supervision::remove_now(const upstream::Balancer& balancer, std::chrono::milliseconds patience,
                             std::function<void()> ended) {
  const auto found =
      std::find_if(supervisors_.begin(), supervisors_.end(),
                   [&](const auto& supervisor) { return &supervisor->balancer() == &balancer; });
  if (found == supervisors_.end()) return;
  Supervisor& supervisor = **found;
  leaving_.push_back({std::move(*found), std::move(ended)});
  supervisors_.erase(found);
  supervisor.stop(patience, [this, &supervisor] { has_ended(supervisor); });
}

// Inside a call of its own.
void Supervision::has_ended(const Supervisor& supervisor) {
  const auto found = std::find_if(leaving_.begin(), leaving_.end(), [&](const Leaving& leaving) {
    return leaving.supervisor.get() == &supervisor;
  });
  loop_.post([this, gone = std::shared_ptr<Supervisor>(std::move(found->supervisor)),
              ended = std::move(found->ended)]() mutable {
    gone.reset();
    if (ended) ended();
    if (is_stopping_ && leaving_.empty()) loop_.stop();
  });
  leaving_.erase(found);
}

void Supervision::stop_all(std::chrono::milliseconds patience) {
  is_stopping_ = true;
  while (!supervisors_.empty()) remove_now(supervisors_.back()->balancer(), patience, {});
  if (leaving_.empty()) loop_.stop();
}

}  // namespace frontis::app
