// The thread on which the processes of all WSGI applications are started and watched, apart from
// the loops that serve: what it does may wait for a disk. Owned by the front hall, whose main
// thread adds and removes applications as configurations come and go, and stops it when the lanes
// have drained.
#pragma once

#include <chrono>
#include <functional>
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

  // From one thread: those that follow, but for stuck().
  // Its processes are started now, or by start(). Both outlive this, or until `ended` of remove();
  // `app` is one with `wsgi`.
  void add(const config::App& app, upstream::Balancer& balancer);
  void start();
  // New processes, with the code as it is now.
  void reload(const upstream::Balancer& balancer);
  // Has the processes finish what they do, kills them after `patience`, and calls `ended`, on the
  // thread of this, when there is none any more.
  void remove(const upstream::Balancer& balancer, std::chrono::milliseconds patience,
              std::function<void()> ended);
  // Has those of all finish what they do, kills them after `patience`, and returns when all have
  // ended.
  void stop(std::chrono::milliseconds patience);

  // From any thread, until stop().
  void stuck(const upstream::Balancer& balancer, upstream::BackendId backend);

 private:
  struct Leaving {
    std::unique_ptr<Supervisor> supervisor;
    std::function<void()> ended;
  };

  // On the thread of this.
  Supervisor* find(const upstream::Balancer& balancer) const;
  void remove_now(const upstream::Balancer& balancer, std::chrono::milliseconds patience,
                  std::function<void()> ended);
  void has_ended(const Supervisor& supervisor);
  void stop_all(std::chrono::milliseconds patience);

  Log& log_;
  net::Loop loop_;
  net::TimerWheel timers_;
  std::vector<std::unique_ptr<Supervisor>> supervisors_;
  std::vector<Leaving> leaving_;
  bool is_stopping_ = false;
  // Of the thread that adds.
  bool is_wanted_ = false;  // there was something to do
  bool is_started_ = false;
  std::thread thread_;
};

}  // namespace frontis::app
