// Sockets that wait for connections. They are opened before privileges are dropped, one for each
// loop and address (SO_REUSEPORT spreads the connections), and a Listener then accepts on its
// loop. Running out of descriptors pauses it for a moment instead of spinning.
#pragma once

#include <functional>
#include <vector>

#include "base/descriptor.h"
#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "net/address.h"
#include "net/timer.h"
#include "net/watch.h"

namespace frontis::net {

// `count` listening sockets for `listen`, non-blocking, TCP_NODELAY set so that each accepted
// connection inherits it. A Unix socket is bound once and duplicated. Errors name the place in
// the configuration and what to do: the address is in use, not of this machine, or privileged.
[[nodiscard]] Result<std::vector<Descriptor>> open_listeners(const config::Listen& listen,
                                                             unsigned count);

// Whether `socket`, which another process has opened, already listens where `listen` says.
[[nodiscard]] bool is_listening_on(int socket, const config::Listen& listen);
// Makes such a socket like those of open_listeners().
void adopt_listener(int socket);

class Listener : private Watch::Owner, private Timer::Owner {
 public:
  // Gets a connected, non-blocking socket and its peer.
  using Accept = std::function<void(Descriptor socket, const Address& peer)>;

  // The rest outlives the listener. Accepts from construction on.
  Listener(Loop& loop, TimerWheel& timers, Log& log, Descriptor socket, Accept accept);

  // Takes what the kernel has already accepted for us, then no more: the end of listening.
  void finish();

 private:
  void ready(bool readable, bool writable) override;
  void timer_due() override;
  bool accept_one();
  void pause(int error_number);

  Log& log_;
  Descriptor socket_;
  Accept accept_;
  Watch watch_;
  Timer timer_;
  int expected_ = 1;  // connections, in the next turn
};

}  // namespace frontis::net
