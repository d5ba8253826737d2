#include "net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <charconv>
#include <cstring>

namespace frontis::net {

Address::Address(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &peer, sizeof v4);
    std::memcpy(bytes_.data(), &v4.sin_addr, 4);
    port_ = ntohs(v4.sin_port);
    family_ = Family::v4;
    return;
  }
  if (peer.ss_family != AF_INET6) return;
  sockaddr_in6 v6{};
  std::memcpy(&v6, &peer, sizeof v6);
  port_ = ntohs(v6.sin6_port);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
    // A listener for both families sees IPv4 clients so: they are IPv4 clients.
    std::memcpy(bytes_.data(), v6.sin6_addr.s6_addr + 12, 4);
    family_ = Family::v4;
    return;
  }
  std::memcpy(bytes_.data(), &v6.sin6_addr, 16);
  family_ = Family::v6;
}

Address local_address(int socket) {
  sockaddr_storage near{};
  socklen_t length = sizeof near;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&near), &length) != 0) return {};
  return Address(near);
}

std::string_view Address::text(Text& out) const {
  if (is_unix()) return "unix:";
  if (family_ == Family::v4) return dotted(out);
  const char* text = ::inet_ntop(AF_INET6, bytes_.data(), out.data(), INET6_ADDRSTRLEN);
  return text ? std::string_view(text) : "-";
}

// For each request to an application: inet_ntop() goes through printf.
std::string_view Address::dotted(Text& out) const {
  char* at = out.data();
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) *at++ = '.';
    at = std::to_chars(at, out.data() + out.size(), bytes_[i]).ptr;
  }
  return {out.data(), static_cast<std::size_t>(at - out.data())};
}

std::uint64_t Address::client() const {
  std::uint64_t key = 0;
  if (family_ != Family::v4) {
    std::memcpy(&key, bytes_.data(), sizeof key);
    return key;
  }
  // A /64 that is nobody's: 0000::/8 is reserved (RFC 4291, 2.4).
  constexpr std::array<unsigned char, 4> mark{0, 0, 0xff, 0xff};
  std::memcpy(&key, mark.data(), sizeof mark);
  std::memcpy(reinterpret_cast<char*>(&key) + sizeof mark, bytes_.data(), 4);
  return key;
}

}  // namespace frontis::net
