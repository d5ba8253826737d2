// A port of 127.0.0.1 that nobody else has, for tests that need one which listens, will listen, or
// is known to be closed.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>

#include "base/descriptor.h"

namespace frontis::net {

struct Loopback {
  Descriptor socket;  // bound, and listens to nobody
  sockaddr_in address{};

  const sockaddr* where() const { return reinterpret_cast<const sockaddr*>(&address); }
  static constexpr socklen_t length() { return sizeof(sockaddr_in); }
  std::uint16_t port() const { return ntohs(address.sin_port); }
};

// `flags`: SOCK_NONBLOCK, perhaps.
inline Loopback bound_to_loopback(int flags = 0) {
  Loopback out{Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0))};
  out.address.sin_family = AF_INET;
  out.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof out.address;
  auto* where = reinterpret_cast<sockaddr*>(&out.address);
  EXPECT_EQ(::bind(out.socket.number(), where, length), 0);
  EXPECT_EQ(::getsockname(out.socket.number(), where, &length), 0);
  return out;
}

}  // namespace frontis::net
