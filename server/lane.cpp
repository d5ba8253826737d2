#include "lane.h"

#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>

namespace frontis {

namespace {

constexpr std::chrono::milliseconds flush_period{250};
constexpr std::string_view too_many_connections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 42\r\nCache-Control: no-store\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
    "503 Service Unavailable: too many clients\n";

}  // namespace

class Lane::Recorder final : public http::Recorder {
 public:
  explicit Recorder(std::unique_ptr<observe::AccessLog::Lane> lane) : lane_(std::move(lane)) {}

  void record(const http::Finished& finished) override {
    net::Address::Text client;
    observe::AccessEntry entry;
    entry.wall_us = finished.began_ns / 1000;
    // The wall clock may have been set back meanwhile.
    const std::int64_t took_us =
        std::max<std::int64_t>(finished.ended_ns - finished.began_ns, 0) / 1000;
    entry.duration_us = static_cast<std::uint32_t>(std::min<std::int64_t>(took_us, 0xffffffff));
    entry.client = finished.client->text(client);
    entry.site = finished.notes->site;
    entry.route = finished.notes->route;
    entry.variant = finished.notes->variant;
    entry.cache = finished.notes->cache;
    entry.status = finished.status;
    entry.bytes = finished.bytes;
    entry.complete = finished.complete;
    if (finished.request) describe(*finished.request, entry);
    lane_->record(entry);
  }
  void flush() { lane_->flush(); }

 private:
  static void describe(const http::Request& request, observe::AccessEntry& entry) {
    entry.method = http::name_of(request.method);
    entry.target = request.target();
    entry.protocol = request.http10 ? "HTTP/1.0" : "HTTP/1.1";
    entry.host = request.host();
    entry.referer = request.find(http::FieldName::referer).value_or("");
    entry.user_agent = request.find(http::FieldName::user_agent).value_or("");
  }

  std::unique_ptr<observe::AccessLog::Lane> lane_;
};

Lane::Lane(const config::Settings& settings, SharedMedia& media, net::Admission& admission,
           Log& log, observe::AccessLog* access, std::vector<Descriptor> sockets)
    : settings_(settings),
      admission_(admission),
      log_(log),
      timers_(loop_),
      recorder_(access ? std::make_unique<Recorder>(access->lane()) : nullptr),
      handlers_(settings, media,
                [this](std::function<void()> work) { loop_.post(std::move(work)); }),
      sessions_(loop_, timers_, settings_.limits, handlers_.router(), recorder_.get()),
      flush_timer_(timers_, *this) {
  for (Descriptor& socket : sockets) {
    listeners_.push_back(
        std::make_unique<net::Listener>(loop_, timers_, log_, std::move(socket),
                                        [this](Descriptor accepted, const net::Address& peer) {
                                          accept(std::move(accepted), peer);
                                        }));
  }
  if (recorder_) flush_timer_.set(flush_period);
}

Lane::~Lane() = default;

void Lane::start() {
  thread_ = std::thread([this] { loop_.run(); });
  pthread_setname_np(thread_.native_handle(), "frontis-loop");
}

void Lane::finish(std::function<void()> done) {
  loop_.post([this, done = std::move(done)] {
    for (const auto& listener : listeners_) listener->finish();
    sessions_.finish(done);
    // Only now: what was still in the backlog has been taken.
    listeners_.clear();
  });
}

void Lane::stop() {
  loop_.post([this] {
    listeners_.clear();
    sessions_.abort();
    if (recorder_) recorder_->flush();
    flush_timer_.clear();
  });
  loop_.stop();
}

void Lane::join() {
  if (thread_.joinable()) thread_.join();
}

void Lane::accept(Descriptor socket, const net::Address& peer) {
  auto ticket = admission_.admit(peer);
  if (ticket) {
    sessions_.add(std::make_unique<net::PlainStream>(std::move(socket)), peer, std::move(ticket));
    return;
  }
  net::Address::Text text;
  log_.once_a_minute("admission", Log::Level::warning,
                     "a connection from " + std::string(peer.text(text)) +
                         " was refused: limits.connections or limits.connections_per_client is "
                         "reached");
  [[maybe_unused]] const auto sent =
      ::send(socket.number(), too_many_connections.data(), too_many_connections.size(),
             MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(socket.number(), SHUT_WR);
}

void Lane::timer_due() {
  recorder_->flush();
  flush_timer_.set(flush_period);
}

}  // namespace frontis
