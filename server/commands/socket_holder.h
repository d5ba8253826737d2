// Which process holds a socket that we wanted, by what the kernel tells of it. As much as we may
// see: the processes of other users show their sockets to root alone.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace frontis::commands {

struct Process {
  pid_t id = 0;
  std::string name;  // as in `ps -o comm`
};

// The other process that listens on this TCP port, whatever the address; a frontis before
// others, and none when we may not see it.
[[nodiscard]] std::optional<Process> holder_of_port(std::uint16_t port);

// Who listens at the other end of a connected Unix socket.
[[nodiscard]] std::optional<Process> peer_of(int socket);

}  // namespace frontis::commands
