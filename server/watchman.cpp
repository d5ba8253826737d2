#include "watchman.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "inherited.h"
#include "patience.h"
#include "start_up.h"

namespace frontis {

namespace {

using std::chrono::milliseconds;

// For a new process to start, with all that its applications import before it says so.
constexpr std::chrono::seconds successor_patience{60};

bool is_stop(int signal) { return signal == SIGTERM || signal == SIGINT; }

}  // namespace

void Watchman::listen_to_commands(Descriptor inherited) {
  const std::filesystem::path& state = running_.settings().state;
  if (state.empty()) return;
  auto control = Control::open(state, std::move(inherited));
  if (control) {
    control_ = std::move(*control);
  } else {
    log_.warning("{}; `frontis reload`, `upgrade` and `purge` will not work",
                 control.error().message);
  }
}

// For a signal, an errand (which it does), the end of a predecessor, or `other` (-1: none) to be
// readable. The signal, or 0.
int Watchman::wait(int other, Instant until) {
  const milliseconds period = notify_.watchdog_period();
  if (period.count() > 0) until = std::min(until, next_sign_);
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
  const bool is_endless = until == Instant::max();
  std::vector<pollfd> watched{pollfd{signals_.descriptor(), POLLIN, 0},
                              pollfd{errands_.descriptor(), POLLIN, 0},
                              pollfd{other, POLLIN, 0}};  // below 0: ignored
  for (const Descriptor& line : predecessors_.lines()) watched.push_back({line.number(), 0, 0});
  constexpr std::int64_t longest = 3'600'000;
  const auto wait = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest));
  while (::poll(watched.data(), watched.size(), is_endless ? -1 : wait) < 0 && errno == EINTR) {
    continue;
  }
  if (period.count() > 0 && Clock::now() >= next_sign_) show_life();
  if (watched[1].revents != 0) errands_.run();
  return watched[0].revents != 0 ? signals_.take() : 0;
}

// A service manager is to start us anew when a loop is stuck.
void Watchman::show_life() {
  next_sign_ = Clock::now() + notify_.watchdog_period();
  if (running_.is_alive()) notify_.alive();
}

void Watchman::serve_until_told() {
  while (!is_over_) {
    const int signal = wait(control_ ? control_->descriptor() : -1, Instant::max());
    if (signal != 0) {
      act_on(signal);
    } else if (control_) {
      control_->serve([this](std::string_view command) { return obey(command); });
    }
  }
}

void Watchman::act_on(int signal) {
  if (is_stop(signal)) {
    is_over_ = true;
  } else if (signal == SIGHUP) {
    reload();
  } else if (signal == SIGUSR1) {
    reopen_logs();
  } else if (signal == SIGUSR2) {
    upgrade();
  }
}

// What commands ask for, and what they are told; "ok" where that is enough.
std::string Watchman::obey(std::string_view command) {
  constexpr std::string_view purge = "purge ";
  if (command == "reload") return reload();
  if (command == "upgrade") return upgrade();
  if (!command.starts_with(purge)) return "this server does not know that command";
  app::ResponseCache* const cache = running_.applications().cache();
  if (cache == nullptr) return "no route has 'cache_responses': nothing is kept";
  return std::to_string(cache->purge(command.substr(purge.size())));
}

std::string Watchman::reload() {
  notify_.reloading();
  const Patience patience(notify_);  // names are looked up
  const auto refused = [this](const std::string& why) {
    log_.error("the configuration is not reloaded; the old one stays in use: {}", why);
    notify_.ready();
    return why;
  };
  Result<config::Settings> settings =
      serving_.load ? serving_.load() : Result<config::Settings>(running_.settings());
  if (!settings) return refused(settings.error().message);
  const std::string name = settings->file.string();
  const config::LogSettings log_before = running_.settings().log;
  if (settings->log.file != log_before.file) {
    const auto opened = Log::open(settings->log.file, Log::Level::off);
    if (!opened) return refused(opened.error().message);
  }
  if (const auto changed = running_.change(std::move(*settings)); !changed) {
    return refused(changed.error().message);
  }
  change_log(log_before);
  log_.info("reloaded{}{}", name.empty() ? "" : ": ", name);
  notify_.ready();
  return "ok";
}

void Watchman::change_log(const config::LogSettings& before) {
  const config::LogSettings& now = running_.settings().log;
  if (now.file == before.file && now.level == before.level) return;
  const auto changed = log_.change(now.file, level_of(now.level));
  if (!changed) log_.error("{}; the old one stays in use", changed.error().message);
}

// Whoever rotates logs has renamed them.
void Watchman::reopen_logs() {
  bool is_done = true;
  const auto look_at = [this, &is_done](const Result<void>& opened) {
    is_done = is_done && opened.has_value();
    if (!opened) log_.error("SIGUSR1: {}; the old one stays in use", opened.error().message);
  };
  predecessors_.pass_on(SIGUSR1);
  look_at(log_.reopen());
  for (const auto& access : running_.access_logs()) look_at(access->reopen());
  if (is_done) log_.info("SIGUSR1: the logs are opened anew");
}

std::vector<Handed> Watchman::handed() {
  std::vector<Handed> handed = running_.sockets();
  if (control_) handed.push_back({control_->descriptor(), control_name});
  for (const Descriptor& each : predecessors_.lines()) {
    handed.push_back({each.number(), predecessor_name});
  }
  return handed;
}

std::string Watchman::upgrade() {
  const auto failed = [this](const std::string& why) {
    log_.error("nothing is upgraded{}: {}", is_over_ ? "" : ", and this process goes on", why);
    return why;
  };
  if (::getpid() == 1) {
    return failed(
        "it is the first process of a container, which would end with it: start a new "
        "container instead");
  }
  log_.info("upgrade: starting {}", program_.path);
  auto successor = Successor::start(program_, handed());
  if (!successor) return failed(successor.error().message);
  const auto until = Clock::now() + successor_patience;
  bool are_logs_renamed = false;
  while (Clock::now() < until) {
    const int signal = wait(successor->descriptor(), until);
    is_over_ = is_stop(signal);
    if (is_over_) break;
    if (signal == SIGUSR1) {
      reopen_logs();
      are_logs_renamed = true;
    }
    if (signal == SIGHUP) log_.info("nothing is reloaded while a new process starts; ask again");
    pollfd said{successor->descriptor(), POLLIN, 0};
    if (::poll(&said, 1, 0) <= 0) continue;
    if (!successor->is_ready()) break;
    // It may have opened them before.
    if (are_logs_renamed) ::kill(successor->process(), SIGUSR1);
    return succeeded(std::move(*successor));
  }
  const std::string end = successor->end();
  if (is_over_) return failed("it is to stop");
  return failed("process " + std::to_string(successor->process()) + " (" + program_.path +
                ") did not become ready: " + end);
}

std::string Watchman::succeeded(Successor successor) {
  const pid_t process = successor.process();
  notify_.goes_on_as(process);
  log_.info("process {} has taken over", process);
  is_over_ = is_left_ = true;
  successor_ = std::move(successor);
  return "ok " + std::to_string(process);
}

void Watchman::drain() {
  if (is_left_ && hand_over() != End::told_to_stop) return;
  stop();
}

Watchman::End Watchman::hand_over() {
  const milliseconds most = running_.settings().limits.hand_over;
  log_.info("handing over: answers in flight are finished, for at most {} s", most.count() / 1000);
  if (control_) control_->leave_to_another();
  predecessors_.leave_to_another();
  return finish(most, Running::Finish::leaving);
}

void Watchman::stop() {
  const milliseconds most = running_.settings().limits.drain;
  log_.info("stopping: answers in flight are finished, for at most {} s", most.count() / 1000);
  if (!is_left_) notify_.stopping();
  predecessors_.pass_on(SIGTERM);
  if (finish(most, Running::Finish::stopping) == End::told_to_stop) predecessors_.pass_on(SIGTERM);
}

Watchman::End Watchman::finish(milliseconds most, Running::Finish how) {
  // The errand may come when this has given up.
  const auto is_done = std::make_shared<bool>(false);
  running_.finish(how, [is_done] { *is_done = true; });
  const auto until = Clock::now() + most;
  while (!*is_done || !predecessors_.are_gone()) {
    if (Clock::now() >= until) return End::time_over;
    const int signal = wait_while_finishing(until);
    if (is_stop(signal)) return End::told_to_stop;
    if (signal == SIGUSR1) reopen_logs();
    if (signal == SIGHUP || signal == SIGUSR2) {
      log_.info("nothing is reloaded or upgraded, because the server is stopping");
    }
  }
  return End::finished;
}

// A signal, from whoever sent it or by way of the process that has taken over; or 0.
int Watchman::wait_while_finishing(Instant until) {
  const int signal = wait(successor_ ? successor_->descriptor() : -1, until);
  if (signal != 0 || !successor_) return signal;
  const std::optional<int> passed_on = successor_->signal();
  if (!passed_on) successor_.reset();
  return passed_on.value_or(0);
}

}  // namespace frontis
