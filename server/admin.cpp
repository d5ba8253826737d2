#include "admin.h"

#include <pthread.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/clock.h"
#include "observe/process.h"
#include "observe/status_json.h"

namespace frontis {

namespace {

constexpr std::chrono::milliseconds period{1000};

config::Limits admin_limits() {
  config::Limits limits;
  limits.connections = 64;
  limits.connections_per_client = 0;
  limits.body = 0;
  return limits;
}

}  // namespace

// An exchange that waits for figures; a client that leaves destroys it.
class Admin::Question final : public http::Call {
 public:
  Question(Admin& admin, std::function<void(const observe::Figures&)> told)
      : admin_(admin), told_(std::move(told)) {
    admin_.questions_.push_back(this);
  }
  ~Question() override { admin_.questions_.remove(this); }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  bool ends_with_client() const override { return true; }
  void answer(const observe::Figures& figures) {
    if (told_) std::exchange(told_, nullptr)(figures);
  }

 private:
  Admin& admin_;
  std::function<void(const observe::Figures&)> told_;
};

Admin::Admin(std::vector<Descriptor> sockets, Watched watched, Log& log)
    : limits_(admin_limits()),
      watched_(std::move(watched)),
      log_(log),
      timers_(loop_),
      admission_(limits_),
      gathering_(loop_, timers_, watched_.lanes),
      sessions_(
          loop_, timers_,
          std::make_shared<const http::Rules>(http::Rules{limits_, router_, nullptr, nobody_})),
      timer_(timers_, *this) {
  latest_.time_ms = wall_seconds() * 1000;
  make_routes();
  for (Descriptor& socket : sockets) {
    listeners_.push_back(
        std::make_unique<net::Listener>(loop_, timers_, log_, std::move(socket),
                                        [this](Descriptor accepted, const net::Address& peer) {
                                          accept(std::move(accepted), peer);
                                        }));
  }
}

Admin::~Admin() { stop(); }

void Admin::make_routes() {
  site_.names = {"*"};
  const auto pages = observe::admin_pages();
  observe::Reporter& reporter = *this;
  handlers_.reserve(pages.size());
  site_.routes.reserve(pages.size());  // the router keeps views of them
  for (const observe::AdminPage& page : pages) {
    handlers_.emplace_back(page, reporter);
    site_.routes.emplace_back().path = page.path;
    router_.add(site_, site_.routes.back(), {&handlers_.back()});
  }
  router_.seal();
}

void Admin::start() {
  timer_.set(std::chrono::milliseconds(0));
  thread_ = std::thread([this] { loop_.run(); });
  pthread_setname_np(thread_.native_handle(), "frontis-admin");
}

void Admin::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] {
    listeners_.clear();
    sessions_.abort();
    timer_.clear();
  });
  loop_.stop();
  thread_.join();
}

void Admin::accept(Descriptor socket, const net::Address& peer) {
  if (auto ticket = admission_.admit(peer)) {
    return sessions_.add(net::PlainStream(std::move(socket)), std::move(ticket));
  }
  log_.once_a_minute("admin", Log::Level::warning,
                     "a connection to the admin address was refused: it has " +
                         std::to_string(limits_.connections) + " already");
}

std::unique_ptr<http::Call> Admin::ask(std::function<void(const observe::Figures&)> told) {
  auto question = std::make_unique<Question>(*this, std::move(told));
  gathering_.begin([this, asked = question.get()] {
    // It may have been taken back.
    const auto found = std::find(questions_.begin(), questions_.end(), asked);
    if (found != questions_.end()) asked->answer(look());
  });
  return question;
}

void Admin::timer_due() {
  timer_.set(period);
  gathering_.begin([this] { tick(); });
}

void Admin::tick() {
  observe::Figures figures = look();
  const auto moment = observe::moment_between(latest_, figures);
  latest_ = std::move(figures);
  if (!moment) return;
  history_.add(*moment);
  if (!streams_.is_empty()) streams_.publish(observe::status_json(latest_, *moment));
}

observe::Figures Admin::look() {
  observe::Figures figures;
  figures.version = FRONTIS_VERSION;
  figures.time_ms = wall_nanoseconds() / 1'000'000;
  figures.is_serving = is_serving_;
  figures.lanes = static_cast<std::uint32_t>(gathering_.lanes().size());
  figures.lanes_told = static_cast<std::uint32_t>(gathering_.told());
  for (const observe::LaneFigures& lane : gathering_.lanes()) observe::add(figures, lane);
  observe::rank_urls(figures);
  watched_.look(figures);
  std::uint64_t* const counters[] = {&figures.media.fingerprints_refused,
                                     &figures.media.siblings_refused, &figures.media.kept_served,
                                     &figures.media.variants_made, &figures.log_lines_lost};
  for (std::size_t i = 0; i < growing_.size(); ++i) *counters[i] = growing_[i].total(*counters[i]);
  figures.process = observe::process_figures();
  // The same each time, for whoever finds restarts by it; unless the wall clock has been set.
  constexpr std::int64_t reckoning = 2;
  if (std::abs(figures.process.started - started_) > reckoning) started_ = figures.process.started;
  figures.process.started = started_;
  return figures;
}

std::uint64_t Admin::Growing::total(std::uint64_t value) {
  if (value < last) before += last;
  last = value;
  return before + value;
}

}  // namespace frontis
