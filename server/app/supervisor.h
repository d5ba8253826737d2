// All processes of one WSGI application: starts them, gives those that are ready to the balancer,
// takes them back when they end, replaces them when they have grown old or the code is new. It
// lives on one loop with those of the other applications (Supervision owns both); everything but
// the balancer's callbacks happens there. What is decided is in restart_policy.h.
#pragma once

#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/mailbox.h"
#include "app/output_log.h"
#include "app/touched_files.h"
#include "app/worker_process.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/app_settings.h"
#include "net/loop.h"
#include "net/timer.h"
#include "upstream/balancer.h"

namespace frontis::app {

class Supervisor final : private WorkerProcess::Owner, private net::Timer::Owner {
 public:
  // All outlive this.
  Supervisor(net::Loop& loop, net::TimerWheel& timers, const config::App& app,
             upstream::Balancer& balancer, Log& log);
  // Kills what still runs.
  ~Supervisor() override;
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  void start();
  // New processes for all: one first, and only when it is ready the others. The old ones serve
  // until theirs is ready, and go on if the new code does not run.
  void reload();
  // The process of that backend does not answer: kills it and starts another.
  void stuck(upstream::BackendId backend);
  // Has all finish what they do; kills, after `patience` at most, what does not. Calls `stopped`
  // in a later turn when all have ended.
  void stop(std::chrono::milliseconds patience, std::function<void()> stopped);

  const upstream::Balancer& balancer() const { return balancer_; }

 private:
  enum class Stage { starting, serving, leaving };
  static constexpr Instant never = Instant::max();

  struct Worker {
    std::unique_ptr<WorkerProcess> process;
    unsigned generation = 0;
    Stage stage = Stage::starting;
    Instant since{};          // of the stage
    Instant kill_at = never;  // when it must be ready, or have ended
    upstream::BackendId backend = 0;
    bool tired = false;
    TracebackLines traceback;
  };
  using Owned = std::unique_ptr<Worker>;

  // Where one process is to serve at any time.
  struct Seat {
    Owned current;
    Owned next;  // starts, to take the place of current
    unsigned failures = 0;
    Instant start_at{};      // not before this: when there is no current,
    Instant replace_from{};  // or a next that failed
  };

  void worker_ready(WorkerProcess& process) override;
  void worker_tired(WorkerProcess& process) override;
  void worker_said(WorkerProcess& process, std::string_view line) override;
  void worker_ended(WorkerProcess& process, int status) override;
  void timer_due() override;

  // What is due now; called whenever something has happened, and by the timer.
  void look();
  void look_at_files();
  void look_at_memory();
  void start_missing();
  void replace_outdated();
  void replace_tired();
  void kill_late();
  void set_timer();

  Owned new_worker();
  void start_current(Seat& seat);
  void start_next(Seat& seat);
  void take_over(Seat& seat);
  void current_ended(Seat& seat, std::string_view how, bool is_without_application);
  void next_ended(Seat& seat, std::string_view how);
  // Gets no more requests, finishes those it has, and ends.
  void send_away(Owned worker);
  void drained(upstream::BackendId backend);
  void lose_hope();
  bool is_outdated(const Worker& worker) const { return worker.generation != generation_; }
  // The seat, as current or next, or null.
  Seat* seat_of(const WorkerProcess& process);
  Worker* find(const WorkerProcess& process);

  net::Loop& loop_;
  const config::App& app_;
  upstream::Balancer& balancer_;
  Log& log_;
  net::Timer timer_;
  TouchedFiles files_;
  OutputLog output_;
  std::vector<Seat> seats_;
  std::vector<Owned> leaving_;
  unsigned generation_ = 0;  // of the code: grows with each reload
  bool is_proved_ = false;   // a process of this generation was ready
  bool is_hopeless_ = false;
  bool is_stopping_ = false;
  Instant looked_at_files_{};
  Instant looked_at_memory_{};
  std::function<void()> stopped_;
  std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace frontis::app
