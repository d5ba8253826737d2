// What the main thread does while the lanes serve: waits for signals, for commands (control.h) and
// for errands, and acts on them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "control.h"
#include "errands.h"
#include "notify.h"
#include "predecessors.h"
#include "running.h"
#include "server.h"
#include "signals.h"
#include "successor.h"

namespace frontis {

class Watchman {
 public:
  // What a watchman needs of the process.
  struct Post {
    Errands& errands;
    Signals& signals;
    const Notify& notify;
    Predecessors& predecessors;
    Log& log;
  };

  // All outlive this.
  Watchman(Running& running, Post post, const Serving& serving, Program program)
      : running_(running),
        errands_(post.errands),
        signals_(post.signals),
        notify_(post.notify),
        predecessors_(post.predecessors),
        log_(post.log),
        serving_(serving),
        program_(std::move(program)) {}

  // `inherited` is the socket of the server that this one takes over from, if there is one.
  void listen_to_commands(Descriptor inherited);
  // Returns when the server is to stop, or another process has taken over.
  void serve_until_told();
  // Returns when all answers are finished, the time is over, or a signal cuts it short. The
  // processes before this one have the same time to stop.
  void drain();

 private:
  using Clock = std::chrono::steady_clock;
  using Instant = Clock::time_point;

  int wait(int other, Instant until);
  int wait_while_finishing(Instant until);
  void act_on(int signal);
  std::string obey(std::string_view command);
  std::string reload();
  void change_log(const config::LogSettings& before);
  void reopen_logs();
  std::string upgrade();
  std::string succeeded(Successor successor);
  std::vector<Handed> handed();
  enum class End { finished, time_over, told_to_stop };
  End hand_over();
  void stop();
  End finish(std::chrono::milliseconds most, Running::Finish how);
  void show_life();

  Running& running_;
  Errands& errands_;
  Signals& signals_;
  const Notify& notify_;
  Predecessors& predecessors_;
  Log& log_;
  const Serving& serving_;
  const Program program_;
  std::optional<Control> control_;
  std::optional<Successor> successor_;  // that has taken over, for as long as it is there
  Instant next_sign_ = Clock::now();    // of life
  bool is_over_ = false;
  bool is_left_ = false;  // another process has taken over
};

}  // namespace frontis
