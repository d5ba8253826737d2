// Who is at the other end of a connection: an IPv4 or IPv6 address with its port, or a Unix
// socket.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace frontis::net {

class Address {
 public:
  Address() = default;  // a Unix socket
  explicit Address(const sockaddr_storage& peer);

  // 0 for a Unix socket, or where it is not known.
  std::uint16_t port() const { return port_; }
  bool is_unix() const { return family_ == Family::unix_socket; }

  // "192.0.2.7", "2001:db8::1" or "unix:", written into `out`.
  using Text = std::array<char, 46>;
  std::string_view text(Text& out) const;

  // What counts as one client: an IPv4 address, or the /64 of an IPv6 address, because one
  // customer usually holds all of that. Never all ones.
  std::uint64_t client() const;

 private:
  enum class Family : std::uint8_t { unix_socket, v4, v6 };

  std::string_view dotted(Text& out) const;

  std::array<unsigned char, 16> bytes_{};
  std::uint16_t port_ = 0;
  Family family_ = Family::unix_socket;
};

// The near end of a connected socket.
[[nodiscard]] Address local_address(int socket);

}  // namespace frontis::net
