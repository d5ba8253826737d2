#include "net/endpoint.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

namespace frontis::net {

namespace {

Endpoint unix_endpoint(std::string_view path, std::string text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t length = std::min(path.size(), sizeof address.sun_path - 1);
  std::memcpy(address.sun_path, path.data(), length);
  // An abstract name has no end but its length, a path ends in a zero.
  const bool is_abstract = !path.empty() && path.front() == '\0';
  const std::size_t counted = offsetof(sockaddr_un, sun_path) + length + (is_abstract ? 0 : 1);
  return {reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(counted),
          std::move(text)};
}

tl::unexpected<Error> cannot_connect(const Endpoint& endpoint, int error) {
  const std::string doing = "cannot connect to " + endpoint.text();
  // A Unix socket whose backlog is full, or no local port: it may work in a moment.
  if (error == EAGAIN || error == EADDRNOTAVAIL) {
    return fail(ErrorKind::exhausted, doing + ": " + std::strerror(error));
  }
  return fail_errno(doing, error);
}

}  // namespace

Endpoint::Endpoint(const sockaddr* address, socklen_t length, std::string text)
    : length_(length), text_(std::move(text)) {
  std::memcpy(&address_, address, length);
}

Endpoint Endpoint::abstract(std::string_view name) {
  return unix_endpoint('\0' + std::string(name), "unix:@" + std::string(name));
}

Result<std::vector<Endpoint>> resolve(const config::Backend& backend) {
  if (backend.is_unix()) {
    return std::vector{unix_endpoint(backend.unix_path.native(), backend.text())};
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int fault =
      ::getaddrinfo(backend.host.c_str(), std::to_string(backend.port).c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  if (fault != 0) {
    return fail(ErrorKind::invalid, backend.source + ": no address for '" + backend.host +
                                        "': " + ::gai_strerror(fault) +
                                        "; write an address such as 127.0.0.1, or mend the name");
  }
  std::vector<Endpoint> endpoints;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    endpoints.emplace_back(one->ai_addr, one->ai_addrlen, backend.text());
  }
  return endpoints;
}

Result<Descriptor> begin_connect(const Endpoint& endpoint) {
  const int family = endpoint.address()->sa_family;
  Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return cannot_connect(endpoint, errno);
  if (!endpoint.is_unix()) {
    const int on = 1;
    ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  if (::connect(socket.number(), endpoint.address(), endpoint.length()) == 0) return socket;
  if (errno == EINPROGRESS || errno == EINTR) return socket;
  return cannot_connect(endpoint, errno);
}

int connect_result(int socket) {
  int fault = 0;
  socklen_t length = sizeof fault;
  if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &fault, &length) != 0) return errno;
  return fault;
}

bool is_silent(int socket) {
  char next = 0;
  const auto got = ::recv(socket, &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

}  // namespace frontis::net
