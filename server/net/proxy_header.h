// The header with which a proxy begins a connection to tell who is behind it: the PROXY protocol
// of HAProxy, version 1 (a line of text) and version 2 (binary). A codec without sockets, for
// ProxyGreeting, which reads such a header off a connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "net/address.h"

namespace frontis::net {

// The longest line of version 1, with its CRLF; and what we read of version 2, with its TLVs.
inline constexpr std::size_t longest_proxy_line = 107;
inline constexpr std::size_t longest_proxy_header = 4096;

struct ProxyHeader {
  std::size_t length = 0;  // bytes of the header; 0: more are needed
  // The proxy speaks for somebody. Otherwise (UNKNOWN, LOCAL such as its health checks, or a
  // family that we do not know) the peer of the connection is the client.
  bool has_source = false;
  Address source;  // with its port; a Unix socket where the client came by one
};

// Reads the header at the start of `input`, which may end anywhere and may go on behind it. The
// outcome does not depend on how the bytes came. Errors: bad_request, for what is no such header
// or one that is malformed or longer than the two bounds above.
[[nodiscard]] Result<ProxyHeader> read_proxy_header(std::string_view input);

}  // namespace frontis::net
