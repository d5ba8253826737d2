#include "running.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <future>
#include <string_view>
#include <thread>
#include <utility>

#include "start_up.h"

namespace frontis {

namespace {

// A stop waits so long for threads that may not get the processor at all.
constexpr std::chrono::milliseconds press_patience{2000};
// And so long for processes that have no request left.
constexpr std::chrono::milliseconds app_patience{5000};
constexpr std::size_t for_admin = 8;  // descriptors, of its loop and its timers, and some more

unsigned lane_count(const config::Settings& settings) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return settings.threads > 0 ? settings.threads : cores;
}

// What a process has for as long as it lives: from the settings that it began with. Returns what is
// to be said of those that say something else now, a sentence each.
std::vector<std::string> keep_what_lasts(config::Settings& settings,
                                         const config::Settings& first) {
  std::vector<std::string> said;
  const auto keep = [&said](std::string_view name, auto& value, const auto& before,
                            std::string_view with = "`frontis upgrade`") {
    if (value == before) return;
    said.push_back(
        fmt::format("what the configuration says of {} takes effect with {}", name, with));
    value = before;
  };
  keep("threads", settings.threads, first.threads);
  keep("user", settings.user, first.user, "a restart");
  const std::string asked = "`frontis upgrade --state " + first.state.string() + "`";
  keep("state", settings.state, first.state, first.state.empty() ? "SIGUSR2" : asked);
  keep("press", settings.press, first.press);
  keep("keep", settings.keep, first.keep);
  return said;
}

// Descriptors that whatever is made next is sure to get when these are closed. Errors: exhausted.
Result<std::vector<Descriptor>> set_aside(std::size_t count) {
  std::vector<Descriptor> spare;
  while (spare.size() < count) {
    spare.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!spare.back().is_open()) {
      return fail_errno("cannot make another admin address (raise the limit on open files)", errno);
    }
  }
  return spare;
}

}  // namespace

Running::Running(std::shared_ptr<const config::Settings> settings,
                 std::vector<Inherited::Socket> inherited, Errands& errands, Log& log)
    : first_settings_(std::move(settings)),
      errands_(errands),
      log_(log),
      supervision_(log),
      admission_(first_settings_->limits) {
  listening_.inherit(std::move(inherited));
}

// Generations end as errands, before what they use.
Running::~Running() {
  admin_.reset();
  lanes_.clear();
  generation_.reset();
  errands_.run();
}

Result<std::unique_ptr<Running>> Running::open(std::shared_ptr<const config::Settings> settings,
                                               std::vector<Inherited::Socket> inherited,
                                               Errands& errands, Log& log,
                                               const std::function<Result<void>()>& become_user) {
  std::unique_ptr<Running> running(new Running(settings, std::move(inherited), errands, log));
  auto addresses = running->prepare_addresses(*settings, lane_count(*settings));
  if (!addresses) return tl::unexpected(addresses.error());
  if (const auto became = become_user(); !became) return tl::unexpected(became.error());
  auto made = Generation::make(settings, running->supervision_, log, nullptr);
  if (!made) return tl::unexpected(made.error());
  running->generation_ = running->shared(std::move(*made));
  running->remember_access_log();
  running->media_.emplace(*settings, SharedMedia::Press::works, log);
  running->generation_->open_roots(*running->media_, log);
  running->admin_listening_.carry_out(std::move(addresses->admin));
  for (auto& own : running->listening_.carry_out(std::move(addresses->listen))) {
    running->lanes_.push_back(
        std::make_unique<Lane>(Lane::Common{*running->media_, running->admission_, log},
                               running->generation_, std::move(own)));
  }
  running->admin_ = running->make_admin();
  return running;
}

// Errors leave everything as it was.
Result<Running::Addresses> Running::prepare_addresses(const config::Settings& next,
                                                      unsigned lanes) {
  auto listen = listening_.prepare(next.listen, lanes);
  if (!listen)
    return tl::unexpected(explained(listen.error(), next.listen, &config::Settings::listen));
  admin_listening_.inherit(listening_.take_unwanted());
  auto admin = admin_listening_.prepare(next.admin, 1);
  if (!admin) return tl::unexpected(explained(admin.error(), next.admin, &config::Settings::admin));
  Listening::drop(admin_listening_.take_unwanted(), log_);
  return Addresses{std::move(*listen), std::move(*admin)};
}

// Whoever reads that an address is in use looks for another server.
Error Running::explained(Error error, const Places& wanted, Places config::Settings::*known) const {
  if (!generation_) return error;
  const auto own = [this, &known](const config::Listen& each) {
    const Places& same = settings().*known;
    return std::find(same.begin(), same.end(), each) != same.end();
  };
  Places all = settings().listen;
  all.insert(all.end(), settings().admin.begin(), settings().admin.end());
  for (const config::Listen& each : wanted) {
    const auto mine = std::find_if(all.begin(), all.end(), [&each](const config::Listen& other) {
      return each.port == other.port && each.unix_path == other.unix_path;
    });
    if (own(each) || mine == all.end()) continue;
    error.message += "; it is this server that listens on " + mine->text() +
                     ": reload once without it, or start anew";
    break;
  }
  return error;
}

// Not before the lanes are there. Null where `admin` is not set.
std::unique_ptr<Admin> Running::make_admin() {
  if (settings().admin.empty()) return nullptr;
  Admin::Watched watched;
  for (const auto& lane : lanes_) {
    watched.lanes.emplace_back(
        [lane = lane.get()](Gathering::Told told) { lane->count(std::move(told)); });
  }
  watched.look = [this](observe::Figures& figures) {
    const std::shared_ptr<Generation> now = current();
    figures.media = media_->look();
    now->applications->look(figures.apps);
    if (now->access) figures.log_lines_lost = now->access->lost();
  };
  for (const config::Listen& listen : settings().admin) {
    log_.info("figures are shown at {}", listen.text());
    if (!listen.is_local()) log_.warning("{}", config::public_admin(listen));
  }
  return std::make_unique<Admin>(admin_listening_.copies(), std::move(watched), log_);
}

// From any thread.
std::shared_ptr<Generation> Running::current() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

// Whoever lets go of it last, it is freed on the main thread; and what it held between the memory
// of requests goes back to the system.
std::shared_ptr<Generation> Running::shared(std::unique_ptr<Generation> made) {
  return {made.release(), [&errands = errands_](Generation* dying) {
            errands.post([last = std::shared_ptr<Generation>(dying)]() mutable {
              last.reset();
              ::malloc_trim(0);
            });
          }};
}

void Running::start_applications() {
  supervision_.start();
  generation_->applications->start();
}

void Running::start() {
  listening_.take_over();
  admin_listening_.take_over();
  for (const auto& lane : lanes_) lane->start();
  generation_->roots->start(generation_->settings);
  start_admin();
  for (const config::Listen& listen : settings().listen) {
    log_.info("listening on {}", listen.text());
  }
}

Result<void> Running::change(config::Settings settings) {
  if (const auto can = can_become(settings.user, *first_settings_); !can) {
    return tl::unexpected(can.error());
  }
  const std::vector<std::string> lasting = keep_what_lasts(settings, *first_settings_);
  auto made = Generation::make(std::make_shared<const config::Settings>(std::move(settings)),
                               supervision_, log_, generation_.get());
  if (!made) return tl::unexpected(made.error());
  auto addresses = prepare_addresses(*(*made)->settings, static_cast<unsigned>(lanes_.size()));
  if (!addresses) return tl::unexpected(addresses.error());
  const bool is_other_admin = (*made)->settings->admin != generation_->settings->admin;
  auto spare = set_aside(is_other_admin ? for_admin + (*made)->settings->admin.size() : 0);
  if (!spare) return tl::unexpected(spare.error());
  // From here on nothing can fail.
  std::shared_ptr<Generation> next = shared(std::move(*made));
  next->open_roots(*media_, log_);
  next->applications->start();
  admission_.obey(next->settings->limits);
  if (admin_ && is_other_admin) admin_->stop();
  const std::shared_ptr<Generation> before = [&] {
    const std::lock_guard lock(mutex_);
    return std::exchange(generation_, next);
  }();
  remember_access_log();
  admin_listening_.carry_out(std::move(addresses->admin));
  change_lanes(listening_.carry_out(std::move(addresses->listen)));
  before->roots->stop();
  next->roots->start(next->settings);
  if (is_other_admin) {
    // No lane has anything left to tell the one before.
    spare->clear();
    admin_ = make_admin();
    start_admin();
  }
  for (const std::string& each : lasting) log_.warning("{}", each);
  return {};
}

std::vector<std::shared_ptr<observe::AccessLog>> Running::access_logs() {
  std::vector<std::shared_ptr<observe::AccessLog>> in_use;
  for (const auto& each : access_logs_) {
    if (auto log = each.lock()) in_use.push_back(std::move(log));
  }
  return in_use;
}

void Running::remember_access_log() {
  const auto in_use = access_logs();
  const auto& latest = generation_->access;
  access_logs_.assign(in_use.begin(), in_use.end());
  const bool is_known = std::find(in_use.begin(), in_use.end(), latest) != in_use.end();
  if (latest && !is_known) access_logs_.push_back(latest);
}

void Running::start_admin() {
  if (!admin_) return;
  admin_->start();
  admin_->set_serving(true);
}

// Returns when all go by the new generation.
void Running::change_lanes(Listening::ByLane listen) {
  std::vector<std::future<void>> changed;
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const auto promise = std::make_shared<std::promise<void>>();
    changed.push_back(promise->get_future());
    lanes_[i]->change(generation_, std::move(listen[i]), [promise] { promise->set_value(); });
  }
  for (const auto& each : changed) each.wait();
}

void Running::finish(Finish how, std::function<void()> done) {
  if (admin_) admin_->set_serving(false);
  if (how == Finish::leaving) {
    if (admin_) admin_->stop();  // whoever asks is to ask the new process
    listening_.leave_to_another();
    admin_listening_.leave_to_another();
  }
  listening_.close();
  admin_listening_.close();
  generation_->roots->stop();
  const auto left = std::make_shared<std::atomic<std::size_t>>(lanes_.size());
  const auto one_done = [this, left, done = std::move(done)] {
    if (left->fetch_sub(1) == 1) errands_.post(done);
  };
  for (const auto& lane : lanes_) {
    if (how == Finish::leaving) {
      lane->hand_over(one_done);
    } else {
      lane->finish(one_done);
    }
  }
}

bool Running::stop() {
  if (admin_) admin_->stop();
  for (const auto& lane : lanes_) lane->stop();
  for (const auto& lane : lanes_) lane->join();
  supervision_.stop(app_patience);
  // The lanes stay: a job of press may still have something for their loops.
  return media_->stop(press_patience);
}

void Running::write_out() {
  generation_->access.reset();  // writes what the lanes have handed over
  listening_.remove_files();
  admin_listening_.remove_files();
}

std::vector<Handed> Running::sockets() const {
  std::vector<Handed> all = listening_.all();
  const auto more = admin_listening_.all();
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

bool Running::is_alive() {
  if (silent_ && silent_->load() > 0) return false;
  silent_ = std::make_shared<std::atomic<std::size_t>>(lanes_.size());
  for (const auto& lane : lanes_) lane->tell_alive([silent = silent_] { silent->fetch_sub(1); });
  return true;
}

}  // namespace frontis
