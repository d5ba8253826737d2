// What the service manager is told: that the server is ready, reloads, stops, is alive, or goes on
// as another process (sd_notify(3)). Datagrams to the socket that NOTIFY_SOCKET names; without it
// nobody is told. libsystemd would do the same, for half a megabyte of memory at rest.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>

#include "base/descriptor.h"

namespace frontis {

class Notify {
 public:
  // Leaves the environment as it is: a process that takes over needs the same.
  Notify();

  void ready() const { say("READY=1\nSTATUS=serving"); }
  // Until ready() is said again.
  void reloading() const;
  void stopping() const { say("STOPPING=1\nSTATUS=finishing the answers in flight"); }
  void alive() const { say("WATCHDOG=1"); }
  // Another process is the service now.
  void goes_on_as(pid_t process) const;

  // How often alive() is to be said; 0: nobody waits for it.
  std::chrono::milliseconds watchdog_period() const { return watchdog_period_; }

 private:
  void say(std::string_view text) const;

  Descriptor socket_;
  std::string path_;  // '@' first: in the abstract namespace
  std::chrono::milliseconds watchdog_period_{0};
};

}  // namespace frontis
