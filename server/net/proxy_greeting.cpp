#include "net/proxy_greeting.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "net/proxy_header.h"
#include "net/watch.h"

namespace frontis::net {

// One connection whose header has not come yet.
class ProxyGreetings::Greeting : private Watch::Owner, private Timer::Owner {
 public:
  Greeting(ProxyGreetings& all, Descriptor socket, const Address& peer)
      : all_(all),
        socket_(std::move(socket)),
        peer_(peer),
        watch_(all.loop_, socket_.number(), *this),
        timer_(all.timers_, *this) {
    watch_.want(true, false);
    timer_.set(all.bounds_.patience);
  }

 private:
  void ready(bool, bool) override;
  void timer_due() override { leave(); }

  void read(std::string_view arrived);
  bool consume(std::size_t count);
  void rest();
  void leave();
  void refuse(const std::string& why);

  ProxyGreetings& all_;
  Descriptor socket_;
  Address peer_;
  std::string header_;  // what was read of it
  Watch watch_;
  Timer timer_;
};

// Looks at what has come before it takes any of it, because a request may stand behind the header.
void ProxyGreetings::Greeting::ready(bool, bool) {
  std::array<char, longest_proxy_header> bytes;
  const ssize_t got = ::recv(socket_.number(), bytes.data(), bytes.size(), MSG_PEEK);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  if (got <= 0) return leave();
  read({bytes.data(), static_cast<std::size_t>(got)});
}

void ProxyGreetings::Greeting::read(std::string_view arrived) {
  const std::size_t before = header_.size();
  header_.append(arrived);
  const Result<ProxyHeader> header = read_proxy_header(header_);
  if (!header) return refuse(header.error().message);
  // While the header has no end, all that has come belongs to it. It has to be taken, or the
  // socket would be readable again at once.
  if (!consume(header->length > 0 ? header->length - before : arrived.size())) return leave();
  if (header->length == 0) return;
  rest();
  all_.finish(*this, std::move(socket_), header->has_source ? header->source : peer_);
}

// These bytes have been seen: they are there.
bool ProxyGreetings::Greeting::consume(std::size_t count) {
  std::array<char, longest_proxy_header> bytes;
  return ::recv(socket_.number(), bytes.data(), count, 0) == static_cast<ssize_t>(count);
}

void ProxyGreetings::Greeting::rest() {
  watch_.want(false, false);
  timer_.clear();
}

// Load balancers that only look whether the port is open leave without a word.
void ProxyGreetings::Greeting::leave() {
  rest();
  all_.drop(*this);
}

void ProxyGreetings::Greeting::refuse(const std::string& why) {
  Address::Text text;
  all_.log_.once_a_minute("proxy header", Log::Level::warning,
                          "a connection from " + std::string(peer_.text(text)) +
                              " was closed: " + why +
                              ". Its listener has 'proxy_protocol: true': take that away, or let "
                              "the proxy send the header");
  leave();
}

ProxyGreetings::ProxyGreetings(Loop& loop, TimerWheel& timers, Log& log, Greeted greeted,
                               Bounds bounds)
    : loop_(loop), timers_(timers), log_(log), greeted_(std::move(greeted)), bounds_(bounds) {}

ProxyGreetings::~ProxyGreetings() = default;

void ProxyGreetings::add(Descriptor socket, const Address& peer) {
  if (waiting_.size() >= bounds_.waiting) {
    log_.once_a_minute("proxy greetings", Log::Level::warning,
                       "connections were closed: too many others have not sent their PROXY header");
    return;
  }
  auto greeting = std::make_unique<Greeting>(*this, std::move(socket), peer);
  Greeting* key = greeting.get();
  waiting_.emplace(key, std::move(greeting));
}

std::unique_ptr<ProxyGreetings::Greeting> ProxyGreetings::take(Greeting& greeting) {
  const auto found = waiting_.find(&greeting);
  auto taken = std::move(found->second);
  waiting_.erase(found);
  return taken;
}

void ProxyGreetings::finish(Greeting& greeting, Descriptor socket, const Address& client) {
  loop_.retire(take(greeting));
  greeted_(std::move(socket), client);
}

void ProxyGreetings::drop(Greeting& greeting) { loop_.retire(take(greeting)); }

}  // namespace frontis::net
