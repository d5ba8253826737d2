// The thread on which the processes of all WSGI applications are started and watched, apart from
// the loops that serve: what it does may wait for a disk. Owned by the front hall, which starts it
// before the lanes and stops it when they have drained.
#pragma once

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "app/supervisor.h"
#include "base/log.h"
#include "config/app_settings.h"
#include "net/loop.h"
#include "net/timer.h"
#include "upstream/balancer.h"

namespace frontis::app {

class Supervision {
 public:
  explicit Supervision(Log& log);
  // Kills what still runs.
  ~Supervision();
  Supervision(const Supervision&) = delete;
  Supervision& operator=(const Supervision&) = delete;

  // Before start(). Both outlive this; `app` is one with `wsgi`.
  void add(const config::App& app, upstream::Balancer& balancer);
  bool is_empty() const { return supervisors_.empty(); }

  void start();
  // From any thread, between start() and stop().
  void reload();
  void stuck(const upstream::Balancer& balancer, upstream::BackendId backend);
  // Has the processes finish what they do, kills them after `patience`, and returns when all have
  // ended.
  void stop(std::chrono::milliseconds patience);

 private:
  void stop_all(std::chrono::milliseconds patience);

  Log& log_;
  net::Loop loop_;
  net::TimerWheel timers_;
  std::vector<std::unique_ptr<Supervisor>> supervisors_;
  std::size_t running_ = 0;
  std::thread thread_;
};

}  // namespace frontis::app
