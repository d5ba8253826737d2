#include "app/supervision.h"

#include <pthread.h>
#include <signal.h>

namespace frontis::app {

Supervision::Supervision(Log& log) : log_(log), timers_(loop_) {}

Supervision::~Supervision() { stop(std::chrono::milliseconds(0)); }

void Supervision::add(const config::App& app, upstream::Balancer& balancer) {
  supervisors_.push_back(std::make_unique<Supervisor>(loop_, timers_, app, balancer, log_));
}

void Supervision::start() {
  if (supervisors_.empty()) return;
  loop_.post([this] {
    for (const auto& supervisor : supervisors_) supervisor->start();
  });
  thread_ = std::thread([this] {
    // Signals are for the main thread.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    loop_.run();
  });
  ::pthread_setname_np(thread_.native_handle(), "frontis-apps");
}

void Supervision::reload() {
  loop_.post([this] {
    for (const auto& supervisor : supervisors_) supervisor->reload();
  });
}

void Supervision::stuck(const upstream::Balancer& balancer, upstream::BackendId backend) {
  loop_.post([this, &balancer, backend] {
    for (const auto& supervisor : supervisors_) {
      if (&supervisor->balancer() == &balancer) supervisor->stuck(backend);
    }
  });
}

void Supervision::stop(std::chrono::milliseconds patience) {
  if (!thread_.joinable()) return;
  loop_.post([this, patience] { stop_all(patience); });
  thread_.join();
}

void Supervision::stop_all(std::chrono::milliseconds patience) {
  running_ = supervisors_.size();
  for (const auto& supervisor : supervisors_) {
    supervisor->stop(patience, [this] {
      if (--running_ == 0) loop_.stop();
    });
  }
}

}  // namespace frontis::app
