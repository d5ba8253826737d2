#include "lane.h"

#include <pthread.h>
#include <sys/socket.h>

#include "net/slices.h"

namespace frontis {

namespace {

constexpr std::chrono::milliseconds flush_period{250};
constexpr std::string_view too_many_connections =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Length: 42\r\nCache-Control: no-store\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
    "503 Service Unavailable: too many clients\n";

}  // namespace

Lane::Lane(const config::Settings& settings, SharedMedia& media, Applications& applications,
           net::Admission& admission, Log& log, observe::AccessLog* access,
           std::vector<Descriptor> sockets)
    : settings_(settings),
      admission_(admission),
      log_(log),
      timers_(loop_),
      recorder_(access ? std::make_unique<AccessRecorder>(access->lane()) : nullptr),
      counting_(settings.admin.empty() ? nullptr
                                       : std::make_unique<CountRecorder>(recorder_.get())),
      handlers_(settings, media, {&applications, &loop_, &timers_, &log},
                [this](std::function<void()> work) { loop_.post(std::move(work)); }),
      sessions_(loop_, timers_, settings_.limits, handlers_.router(),
                counting_ ? static_cast<http::Recorder*>(counting_.get()) : recorder_.get(),
                settings_.trusted_proxies),
      greetings_(loop_, timers_, log_,
                 [this](Descriptor socket, const net::Address& client) {
                   accept(std::move(socket), client);
                 }),
      flush_timer_(timers_, *this) {
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    listeners_.push_back(
        std::make_unique<net::Listener>(loop_, timers_, log_, std::move(sockets[i]),
                                        [this, is_greeted = settings_.listen[i].proxy_protocol](
                                            Descriptor accepted, const net::Address& peer) {
                                          if (is_greeted)
                                            return greetings_.add(std::move(accepted), peer);
                                          accept(std::move(accepted), peer);
                                        }));
  }
  if (recorder_) flush_timer_.set(flush_period);
}

Lane::~Lane() = default;

void Lane::start() {
  thread_ = std::thread([this] {
    net::ask_for_short_slices();
    loop_.run();
  });
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

void Lane::count(std::function<void(observe::LaneFigures)> told) {
  loop_.post([this, told = std::move(told)] { told(counting_->figures(sessions_)); });
}

void Lane::accept(Descriptor socket, const net::Address& peer) {
  auto ticket = admission_.admit(peer);
  if (ticket) {
    sessions_.add(net::PlainStream(std::move(socket)), std::move(ticket));
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
