// Where to connect: a socket address with its text. A name is looked up once, when the server
// starts, so that no loop ever waits for a resolver.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "config/app_settings.h"

namespace frontis::net {

class Endpoint {
 public:
  Endpoint() = default;
  Endpoint(const sockaddr* address, socklen_t length, std::string text);
  // A socket in the abstract namespace (unix(7)): it has a name, but no file.
  static Endpoint abstract(std::string_view name);

  const sockaddr* address() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t length() const { return length_; }
  const std::string& text() const { return text_; }
  bool is_unix() const { return address_.ss_family == AF_UNIX; }

 private:
  sockaddr_storage address_{};
  socklen_t length_ = 0;
  std::string text_;
};

// Every address of `backend` (a name may have several), in the resolver's order; may block.
// Errors: invalid, naming the place in the configuration, where there is none.
[[nodiscard]] Result<std::vector<Endpoint>> resolve(const config::Backend& backend);

// A non-blocking socket on its way to `endpoint`: writable once it is connected or has failed
// (connect_result), which a Unix socket does at once. Errors: io (refused, no such socket), or
// exhausted (no descriptor, no local port, or a full backlog).
[[nodiscard]] Result<Descriptor> begin_connect(const Endpoint& endpoint);
// 0, or the errno with which connecting has failed.
[[nodiscard]] int connect_result(int socket);
// Nothing has come, neither bytes nor the end of the connection.
[[nodiscard]] bool is_silent(int socket);

}  // namespace frontis::net
