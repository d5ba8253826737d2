// What another process has handed to this one when it started it, in the manner of
// sd_listen_fds(3): listening sockets, by systemd (socket activation) or by the server that this
// one takes over from (successor.h), and by the latter some more. Read once, at the start.
#pragma once

#include <string>
#include <vector>

#include "base/descriptor.h"

namespace frontis {

struct Inherited {
  struct Socket {
    Descriptor socket;
    std::string name;  // of LISTEN_FDNAMES; may be empty
  };
  std::vector<Socket> sockets;  // that listen to connections
  Descriptor control;           // see control.h; not open: there is none
  // Those who were the server before; whoever started this process waits for a word.
  std::vector<Descriptor> predecessors;

  // Takes all out of the environment, so that no process that we start finds it there.
  [[nodiscard]] static Inherited take();

 private:
  void add(Descriptor descriptor, std::string name);
};

// The other way: what this process hands to one that it starts.
struct Handed {
  int descriptor;
  std::string name;
};

// The names that the variables have, for whoever hands sockets on.
inline constexpr const char* listen_pid = "LISTEN_PID";
inline constexpr const char* listen_count = "LISTEN_FDS";
inline constexpr const char* listen_names = "LISTEN_FDNAMES";
inline constexpr const char* upgrade_told = "FRONTIS_UPGRADE";  // number of the starter's line
inline constexpr int first_handed = 3;                          // number of the first socket
// Names of sockets that one server hands to the next.
inline constexpr const char* own_name = "frontis";          // it has bound it
inline constexpr const char* activated_name = "activated";  // systemd has
inline constexpr const char* control_name = "frontis-control";
inline constexpr const char* predecessor_name = "frontis-before";

}  // namespace frontis
