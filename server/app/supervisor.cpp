#include "app/supervisor.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "app/restart_policy.h"

namespace frontis::app {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Requests that a thread of a quick process finds when it is done with one (bench/wsgi: with one
// ahead it answers a third more, with three half as many again as with none).
constexpr unsigned ahead_of_each = 3;

constexpr milliseconds busy_period{100};     // of the timer, while something is to be done soon
constexpr milliseconds quiet_period{1'000};  // while files or memory are to be looked at
constexpr seconds memory_period{5};

unsigned count_of(const config::WsgiSettings& settings) {
  if (settings.processes > 0) return settings.processes;
  return std::max(1U, std::thread::hardware_concurrency());
}

// What is tried again at once is still tried in another turn, and not in a circle.
milliseconds delay_after(unsigned failures) {
  return std::max(restart_delay(failures), busy_period);
}

}  // namespace

Supervisor::Supervisor(net::Loop& loop, net::TimerWheel& timers, const config::App& app,
                       upstream::Balancer& balancer, Log& log)
    : loop_(loop),
      app_(app),
      balancer_(balancer),
      log_(log),
      timer_(timers, *this),
      files_(app.wsgi.reload_on),
      output_(log, app.name),
      seats_(count_of(app.wsgi)),
      mailbox_(std::make_shared<Mailbox>(loop)) {}

Supervisor::~Supervisor() {
  mailbox_->close();
  const auto forget = [this](const Owned& worker) {
    if (worker && worker->backend != 0) balancer_.retire(worker->backend, {});
  };
  for (const Seat& seat : seats_) {
    forget(seat.current);
    forget(seat.next);
  }
}

// --- From outside. ---

void Supervisor::start() { look(); }

void Supervisor::reload() {
  if (is_stopping_) return;
  ++generation_;
  is_proved_ = false;
  is_hopeless_ = false;
  balancer_.set_hopeless(false);
  for (Seat& seat : seats_) {
    seat.failures = 0;
    seat.start_at = seat.replace_from = {};
    // They may have read the old code, or half of the new.
    if (seat.next) send_away(std::move(seat.next));
    if (seat.current && seat.current->stage == Stage::starting) send_away(std::move(seat.current));
  }
  look();
}

void Supervisor::stuck(upstream::BackendId backend) {
  for (Seat& seat : seats_) {
    if (!seat.current || seat.current->backend != backend) continue;
    log_.error("app '{}': process {} did not answer in time; it is killed and replaced", app_.name,
               seat.current->process->pid());
    seat.current->process->kill();
    send_away(std::move(seat.current));
    // One that is starting to replace it takes the seat: a seat with a next has a current.
    if (seat.next) seat.current = std::move(seat.next);
    seat.start_at = {};
    return look();
  }
  for (const Owned& worker : leaving_) {
    if (worker->backend == backend) worker->process->kill();
  }
}

void Supervisor::stop(milliseconds patience, std::function<void()> stopped) {
  is_stopping_ = true;
  stopped_ = std::move(stopped);
  for (Seat& seat : seats_) {
    if (seat.current) send_away(std::move(seat.current));
    if (seat.next) send_away(std::move(seat.next));
  }
  const Instant latest = coarse_now() + patience;
  for (const Owned& worker : leaving_) {
    worker->process->terminate();
    worker->kill_at = std::min(worker->kill_at, latest);
  }
  mailbox_->put([this] { look(); });
}

// --- What the processes tell. ---

void Supervisor::worker_ready(WorkerProcess& process) {
  Seat* const seat = seat_of(process);
  Worker* const worker = find(process);
  if (seat == nullptr || worker->stage != Stage::starting) return;
  worker->stage = Stage::serving;
  worker->since = coarse_now();
  worker->kill_at = never;
  const unsigned threads = std::max(app_.wsgi.threads, 1U);
  worker->backend = balancer_.add(process.endpoint(), threads, ahead_of_each * threads);
  log_.info("app '{}': process {} is ready", app_.name, process.pid());
  if (!is_outdated(*worker)) is_proved_ = true;
  // The others waited for one that works.
  if (std::exchange(is_hopeless_, false)) {
    for (Seat& other : seats_) other.start_at = {};
  }
  if (seat->next.get() == worker) take_over(*seat);
  look();
}

void Supervisor::worker_tired(WorkerProcess& process) {
  find(process)->tired = true;
  log_.debug("app '{}': process {} has answered its max_requests", app_.name, process.pid());
  look();
}

void Supervisor::worker_said(WorkerProcess& process, std::string_view line) {
  Worker& worker = *find(process);
  const bool left_out = output_.leaves_out();
  output_.add(line, worker.traceback, worker.stage == Stage::starting, coarse_now());
  if (!left_out && output_.leaves_out()) set_timer();
}

void Supervisor::worker_ended(WorkerProcess& process, int status) {
  output_.end();
  const auto is_it = [&](const Owned& one) { return one && one->process.get() == &process; };
  const std::string how =
      fmt::format("process {} ended with {}", process.pid(), end_in_words(status));
  if (Seat* const seat = seat_of(process)) {
    const bool was_next = is_it(seat->next);
    Owned& worker = was_next ? seat->next : seat->current;
    if (was_next) {
      next_ended(*seat, how);
    } else {
      current_ended(*seat, how, is_without_application(status));
    }
    loop_.retire(std::move(worker));
    if (!was_next && seat->next) seat->current = std::move(seat->next);
  } else {
    const auto left = std::find_if(leaving_.begin(), leaving_.end(), is_it);
    log_.debug("app '{}': {}", app_.name, how);
    loop_.retire(std::move(*left));
    leaving_.erase(left);
  }
  look();
}

void Supervisor::current_ended(Seat& seat, std::string_view how, bool is_without_application) {
  const Worker& worker = *seat.current;
  const Instant now = coarse_now();
  std::optional<milliseconds> served;
  if (worker.stage == Stage::serving) served = duration_cast<milliseconds>(now - worker.since);
  if (worker.backend != 0) balancer_.retire(worker.backend, {});
  seat.failures = failures_after(seat.failures, served);
  const milliseconds delay = restart_delay(seat.failures);
  seat.start_at = now + delay;
  if (!served && (is_without_application || seat.failures > 1)) lose_hope();
  const std::string_view what = served ? "" : " before it was ready";
  if (delay == milliseconds(0)) {
    log_.error("app '{}': {}{}; another is started", app_.name, how, what);
  } else {
    log_.error("app '{}': {}{}; another is started in {} ms", app_.name, how, what, delay.count());
  }
}

void Supervisor::next_ended(Seat& seat, std::string_view how) {
  ++seat.failures;
  seat.replace_from = coarse_now() + delay_after(seat.failures);
  if (is_proved_ || !is_outdated(*seat.current)) {
    log_.error("app '{}': {} before it was ready to replace another", app_.name, how);
    return;
  }
  log_.error(
      "app '{}': {} before it was ready: the new code does not run, the old goes on; mend it, and "
      "reload again",
      app_.name, how);
  for (const Seat& other : seats_) {
    if (other.current) other.current->generation = generation_;
  }
}

void Supervisor::lose_hope() {
  is_hopeless_ = true;
  balancer_.set_hopeless(true);
}

// --- What is due. ---

void Supervisor::timer_due() { look(); }

void Supervisor::look() {
  if (!is_stopping_) {
    look_at_files();
    look_at_memory();
    start_missing();
    replace_outdated();
    replace_tired();
  }
  output_.tend(coarse_now());
  kill_late();
  if (is_stopping_ && leaving_.empty()) {
    if (stopped_) std::exchange(stopped_, {})();
    return timer_.clear();
  }
  set_timer();
}

void Supervisor::look_at_files() {
  const Instant now = coarse_now();
  if (files_.is_empty() || now - looked_at_files_ < quiet_period) return;
  looked_at_files_ = now;
  const std::filesystem::path* const changed = files_.changed();
  if (changed == nullptr) return;
  log_.info("app '{}': {} has changed; the processes are replaced", app_.name, changed->string());
  reload();
}

void Supervisor::look_at_memory() {
  const Instant now = coarse_now();
  if (app_.wsgi.max_memory == 0 || now - looked_at_memory_ < memory_period) return;
  looked_at_memory_ = now;
  for (const Seat& seat : seats_) {
    if (!seat.current || seat.current->stage != Stage::serving || seat.current->tired) continue;
    const std::uint64_t bytes = seat.current->process->memory();
    if (bytes <= app_.wsgi.max_memory) continue;
    log_.info("app '{}': process {} holds {} MiB and is replaced", app_.name,
              seat.current->process->pid(), bytes / (1024 * 1024));
    seat.current->tired = true;
  }
}

// Without hope one tries, so that the log has one traceback and not one of each process.
void Supervisor::start_missing() {
  const Instant now = coarse_now();
  const bool one_tries = std::any_of(seats_.begin(), seats_.end(), [](const Seat& seat) {
    return seat.current && seat.current->stage == Stage::starting;
  });
  if (is_hopeless_ && one_tries) return;
  for (Seat& seat : seats_) {
    if (seat.current || seat.start_at > now) continue;
    start_current(seat);
    if (is_hopeless_) return;
  }
}

// One goes first; the others follow when it has shown that the new code runs.
void Supervisor::replace_outdated() {
  const Instant now = coarse_now();
  for (Seat& seat : seats_) {
    const bool one_tries = std::any_of(seats_.begin(), seats_.end(),
                                       [](const Seat& other) { return other.next != nullptr; });
    if (!is_proved_ && one_tries) return;
    if (!seat.current || seat.next || seat.replace_from > now) continue;
    if (is_outdated(*seat.current)) start_next(seat);
  }
}

void Supervisor::replace_tired() {
  std::vector<Age> ages;
  for (const Seat& seat : seats_) {
    const Instant since = seat.current ? seat.current->since : Instant{};
    const bool is_tired = seat.current && seat.current->tired && seat.replace_from <= coarse_now();
    ages.push_back({since, is_tired, seat.next != nullptr});
  }
  if (const auto index = next_to_replace(ages)) start_next(seats_[*index]);
}

void Supervisor::kill_late() {
  const Instant now = coarse_now();
  const auto kill = [&](const Owned& worker) {
    if (!worker || worker->kill_at > now) return;
    worker->kill_at = never;
    log_.error("app '{}': process {} is killed: it was not {} in time", app_.name,
               worker->process->pid(), worker->stage == Stage::starting ? "ready" : "done");
    worker->process->kill();
  };
  for (const Seat& seat : seats_) {
    kill(seat.current);
    kill(seat.next);
  }
  for (const Owned& worker : leaving_) kill(worker);
}

void Supervisor::set_timer() {
  const bool is_busy = !leaving_.empty() || output_.leaves_out() ||
                       std::any_of(seats_.begin(), seats_.end(), [this](const Seat& seat) {
                         return !seat.current || seat.current->stage == Stage::starting ||
                                seat.current->tired || is_outdated(*seat.current);
                       });
  if (is_busy) return timer_.set(busy_period);
  if (!files_.is_empty() || app_.wsgi.max_memory > 0) return timer_.set(quiet_period);
  timer_.clear();
}

// --- How it is done. ---

Supervisor::Owned Supervisor::new_worker() {
  const auto processes = static_cast<unsigned>(seats_.size());
  auto process = WorkerProcess::start(loop_, app_.wsgi, processes, *this);
  if (!process) {
    log_.error("app '{}': {}", app_.name, process.error().message);
    return nullptr;
  }
  auto worker = std::make_unique<Worker>();
  worker->process = std::move(*process);
  worker->generation = generation_;
  worker->since = coarse_now();
  worker->kill_at = worker->since + app_.wsgi.start_timeout;
  return worker;
}

void Supervisor::start_current(Seat& seat) {
  seat.current = new_worker();
  if (seat.current) return;
  ++seat.failures;
  seat.start_at = coarse_now() + delay_after(seat.failures);
  lose_hope();
}

void Supervisor::start_next(Seat& seat) {
  seat.next = new_worker();
  if (seat.next) return;
  ++seat.failures;
  seat.replace_from = coarse_now() + delay_after(seat.failures);
}

void Supervisor::take_over(Seat& seat) {
  send_away(std::exchange(seat.current, std::move(seat.next)));
  seat.failures = 0;
}

void Supervisor::send_away(Owned worker) {
  const upstream::BackendId backend = worker->backend;
  const bool has_served = worker->stage == Stage::serving;
  worker->stage = Stage::leaving;
  worker->kill_at = coarse_now() + app_.wsgi.stop_timeout;
  if (!has_served) worker->process->terminate();
  leaving_.push_back(std::move(worker));
  if (!has_served) return;
  balancer_.retire(backend, [this, backend, mailbox = mailbox_] {
    mailbox->put([this, backend] { drained(backend); });
  });
}

void Supervisor::drained(upstream::BackendId backend) {
  for (const Owned& worker : leaving_) {
    if (worker->backend == backend) worker->process->terminate();
  }
}

Supervisor::Seat* Supervisor::seat_of(const WorkerProcess& process) {
  const auto is_it = [&](const Owned& one) { return one && one->process.get() == &process; };
  for (Seat& seat : seats_) {
    if (is_it(seat.current) || is_it(seat.next)) return &seat;
  }
  return nullptr;
}

Supervisor::Worker* Supervisor::find(const WorkerProcess& process) {
  if (Seat* const seat = seat_of(process)) {
    const bool is_next = seat->next && seat->next->process.get() == &process;
    return is_next ? seat->next.get() : seat->current.get();
  }
  const auto left = std::find_if(leaving_.begin(), leaving_.end(),
                                 [&](const Owned& one) { return one->process.get() == &process; });
  return left == leaving_.end() ? nullptr : left->get();
}

}  // namespace frontis::app
