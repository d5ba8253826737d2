// The `memcached` action of a route: a value that the application has put into memcached is the
// answer, without the application. A miss, and whatever goes wrong, passes the request on. One
// for each route and loop.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/settings.h"
#include "http/exchange.h"
#include "net/endpoint.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/timer.h"

namespace frontis::app {

// In the place of one where nobody is asked (frontis explain): says so, and passes on.
class UnaskedHandler final : public http::Handler {
 public:
  explicit UnaskedHandler(const config::MemcachedAction& action) : action_(action) {}
  void handle(http::Exchange& exchange) override;

 private:
  const config::MemcachedAction& action_;
};

class MemcachedHandler final : public http::Handler {
 public:
  // The media type of a file name; empty when it is not known.
  using TypeOf = std::function<std::string_view(std::string_view path)>;

  // Where the handler lives: both outlive it.
  struct Place {
    net::Loop& loop;
    net::TimerWheel& timers;
  };
  // All outlive this.
  MemcachedHandler(const config::MemcachedAction& action, const net::Endpoint& endpoint,
                   Place place, TypeOf type_of, Log& log);
  ~MemcachedHandler() override;

  // GET and HEAD only; what has another method passes on.
  void handle(http::Exchange& exchange) override;

 private:
  class Get;

  static constexpr std::size_t most_idle = 16;
  // A server that failed is left alone for so long: nobody waits for its time limit again.
  static constexpr std::chrono::milliseconds rest{1'000};

  void failed(const std::string& why);
  http::Response response(std::string_view path, std::string value) const;

  const config::MemcachedAction& action_;
  const net::Endpoint& endpoint_;
  const Place place_;
  const TypeOf type_of_;
  Log& log_;
  std::vector<std::unique_ptr<net::PlainStream>> idle_;
  Instant down_until_{};
};

}  // namespace frontis::app
