// Connections that begin with a PROXY header (proxy_header.h), between the listener that has
// accepted them and whoever is to serve them. Reads exactly the header, nothing behind it, and
// hands the socket on with the address of the real client. One for the listeners of a loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

#include "base/descriptor.h"
#include "base/log.h"
#include "net/address.h"
#include "net/loop.h"
#include "net/timer.h"

namespace frontis::net {

class ProxyGreetings {
 public:
  // Gets the socket, nothing of it read but the header, and the client: whom the header names, or
  // the peer where it names nobody. Called in a later turn of the loop than add().
  using Greeted = std::function<void(Descriptor socket, const Address& client)>;

  struct Bounds {
    std::chrono::milliseconds patience{5'000};  // for the whole header
    std::size_t waiting = 1024;                 // connections whose header has not come
  };

  // The rest outlives this.
  ProxyGreetings(Loop& loop, TimerWheel& timers, Log& log, Greeted greeted)
      : ProxyGreetings(loop, timers, log, std::move(greeted), Bounds{}) {}
  ProxyGreetings(Loop& loop, TimerWheel& timers, Log& log, Greeted greeted, Bounds bounds);
  // Closes those that are still waiting.
  ~ProxyGreetings();

  // `socket` is connected and non-blocking. It is closed when no whole header has come in
  // time, when something else comes (which the log tells), or when too many others are waiting.
  void add(Descriptor socket, const Address& peer);
  std::size_t waiting() const { return waiting_.size(); }

 private:
  class Greeting;

  std::unique_ptr<Greeting> take(Greeting& greeting);
  void finish(Greeting& greeting, Descriptor socket, const Address& client);
  void drop(Greeting& greeting);

  Loop& loop_;
  TimerWheel& timers_;
  Log& log_;
  Greeted greeted_;
  const Bounds bounds_;
  std::unordered_map<Greeting*, std::unique_ptr<Greeting>> waiting_;
};

}  // namespace frontis::net
