#include "net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace frontis::net {

namespace {

constexpr int backlog = 4096;           // the kernel lowers it to net.core.somaxconn
constexpr int accepted_in_a_turn = 64;  // so that a flood of new clients starves nobody
constexpr std::chrono::milliseconds pause_length{200};

struct Bound {
  sockaddr_storage address{};
  socklen_t length = 0;
  bool dual = false;  // IPv6 and IPv4 on one socket
};

std::string advice_for(int error_number, const config::Listen& listen) {
  if (error_number == EADDRINUSE) {
    const std::string shown_by = listen.is_unix() ? "ss -lxp" : "ss -ltnp";
    return ": the address is in use; stop the other server (" + shown_by +
           " shows it) or listen elsewhere";
  }
  if (error_number == EACCES) {
    return listen.is_unix() ? ": make its folder writable for this user"
                            : ": ports below 1024 need root or CAP_NET_BIND_SERVICE";
  }
  if (error_number == EADDRNOTAVAIL) return ": this machine does not have that address";
  return "";
}

tl::unexpected<Error> cannot_listen(const config::Listen& listen, const std::string& why) {
  const std::string where = listen.source.empty() ? "" : listen.source + ": ";
  return fail(ErrorKind::io, where + "cannot listen on " + listen.text() + ": " + why);
}

tl::unexpected<Error> cannot_listen(const config::Listen& listen, int error_number) {
  return cannot_listen(listen, std::strerror(error_number) + advice_for(error_number, listen));
}

template <typename Address>
Bound bound_of(const Address& address, bool dual) {
  Bound bound;
  std::memcpy(&bound.address, &address, sizeof address);
  bound.length = sizeof address;
  bound.dual = dual;
  return bound;
}

Bound v4(const in_addr& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr = host;
  address.sin_port = htons(port);
  return bound_of(address, false);
}

Bound v6(const in6_addr& host, std::uint16_t port, bool dual) {
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = host;
  address.sin6_port = htons(port);
  return bound_of(address, dual);
}

Result<Bound> tcp_address(const config::Listen& listen) {
  in_addr host4{};
  if (::inet_pton(AF_INET, listen.address.c_str(), &host4) == 1) return v4(host4, listen.port);
  in6_addr host6{};
  if (::inet_pton(AF_INET6, listen.address.c_str(), &host6) == 1) {
    return v6(host6, listen.port, false);
  }
  if (listen.address.empty()) return v6(in6addr_any, listen.port, true);
  return cannot_listen(listen, EADDRNOTAVAIL);
}

// Returns the socket, or an errno below zero.
int bind_tcp(const Bound& bound, bool shared) {
  Descriptor socket(
      ::socket(bound.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return -errno;
  const int on = 1;
  const int only_v6 = bound.dual ? 0 : 1;
  ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (shared) ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  if (bound.address.ss_family == AF_INET6) {
    ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
  }
  ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&bound.address), bound.length)) {
    return -errno;
  }
  return socket.release();
}

Result<std::vector<Descriptor>> open_tcp(const config::Listen& listen, unsigned count) {
  auto bound = tcp_address(listen);
  if (!bound) return tl::unexpected(bound.error());
  // SO_REUSEPORT would let a second server of the same user share the port in silence, so the
  // first socket, which is closed again, asks for the address alone.
  int probe = bind_tcp(*bound, false);
  if (probe == -EAFNOSUPPORT && bound->dual) {
    *bound = v4(in_addr{INADDR_ANY}, listen.port);
    probe = bind_tcp(*bound, false);
  }
  if (probe < 0) return cannot_listen(listen, -probe);
  Descriptor(probe).close();
  std::vector<Descriptor> sockets;
  for (unsigned i = 0; i < count; ++i) {
    const int number = bind_tcp(*bound, true);
    if (number < 0) return cannot_listen(listen, -number);
    sockets.emplace_back(number);
    if (::listen(number, backlog) != 0) return cannot_listen(listen, errno);
  }
  return sockets;
}

// lstat, because it is the link that would be removed and not what it leads to.
bool is_taken_by_another_file(const std::string& path) {
  struct stat file {};
  return ::lstat(path.c_str(), &file) == 0 && !S_ISSOCK(file.st_mode);
}

// A socket file that nobody answers is left over from a crash and may go. A file of another kind
// refuses in the same way and was sorted out before.
bool is_stale(const sockaddr_un& address) {
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(probe.number(), where, sizeof address) != 0 && errno == ECONNREFUSED;
}

Result<std::vector<Descriptor>> open_unix(const config::Listen& listen, unsigned count) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = listen.unix_path.string();
  if (path.size() >= sizeof address.sun_path) return cannot_listen(listen, ENAMETOOLONG);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (is_taken_by_another_file(path)) {
    return cannot_listen(listen, "the file there is not a socket; move it or listen elsewhere");
  }
  if (is_stale(address)) ::unlink(path.c_str());
  Descriptor first(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!first.is_open()) return cannot_listen(listen, errno);
  if (::bind(first.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return cannot_listen(listen, errno);
  }
  // As other servers do: who may reach the folder may connect.
  ::chmod(path.c_str(), 0666);
  if (::listen(first.number(), backlog) != 0) return cannot_listen(listen, errno);
  std::vector<Descriptor> sockets;
  sockets.push_back(std::move(first));
  while (sockets.size() < count) {
    Descriptor copy(::fcntl(sockets.front().number(), F_DUPFD_CLOEXEC, 0));
    if (!copy.is_open()) return cannot_listen(listen, errno);
    sockets.push_back(std::move(copy));
  }
  return sockets;
}

bool is_bound_to(const sockaddr_storage& address, const Bound& bound) {
  return std::memcmp(&address, &bound.address, bound.length) == 0;
}

bool is_bound_to(const sockaddr_storage& address, const config::Listen& listen) {
  if (listen.is_unix()) {
    sockaddr_un found{};
    std::memcpy(&found, &address, sizeof found);
    return found.sun_family == AF_UNIX && listen.unix_path == std::string(found.sun_path);
  }
  const auto bound = tcp_address(listen);
  if (!bound) return false;
  // Where there is no IPv6, every address means every IPv4 address.
  return is_bound_to(address, *bound) ||
         (bound->dual && is_bound_to(address, v4(in_addr{INADDR_ANY}, listen.port)));
}

}  // namespace

bool is_listening_on(int socket, const config::Listen& listen) {
  int listens = 0;
  socklen_t length = sizeof listens;
  ::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length);
  sockaddr_storage address{};
  length = sizeof address;
  return listens != 0 &&
         ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0 &&
         is_bound_to(address, listen);
}

void adopt_listener(int socket) {
  const int on = 1;
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // fails on a Unix socket
  ::listen(socket, backlog);
}

Result<std::vector<Descriptor>> open_listeners(const config::Listen& listen, unsigned count) {
  return listen.is_unix() ? open_unix(listen, count) : open_tcp(listen, count);
}

Listener::Listener(Loop& loop, TimerWheel& timers, Log& log, Descriptor socket, Accept accept)
    : log_(log),
      socket_(std::move(socket)),
      accept_(std::move(accept)),
      watch_(loop, socket_.number(), *this),
      timer_(timers, *this) {
  watch_.want(true, false);
}

void Listener::finish() {
  for (int i = 0; i < backlog && accept_one(); ++i) continue;
  watch_.want(false, false);
  timer_.clear();
}

// To find nobody costs as much as to accept, so as many are expected as there were last time, and a
// few more: who is left waiting is the first thing in the next turn.
void Listener::ready(bool, bool) {
  int accepted = 0;
  while (accepted < expected_ && accept_one()) ++accepted;
  expected_ = std::clamp(accepted < expected_ ? accepted : accepted * 2, 1, accepted_in_a_turn);
}

bool Listener::accept_one() {
  sockaddr_storage peer{};
  socklen_t length = sizeof peer;
  Descriptor socket(::accept4(socket_.number(), reinterpret_cast<sockaddr*>(&peer), &length,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.is_open()) {
    accept_(std::move(socket), Address(peer));
    return true;
  }
  // A client that left before we came is no reason to stop.
  if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) return true;
  if (errno != EAGAIN && errno != EWOULDBLOCK) pause(errno);
  return false;
}

void Listener::pause(int error_number) {
  log_.once_a_minute("accept", Log::Level::error,
                     std::string("cannot accept connections: ") + std::strerror(error_number) +
                         "; the next try is in a moment. If this lasts, raise the limit of open "
                         "files (ulimit -n, LimitNOFILE=) or lower limits.connections");
  watch_.want(false, false);
  timer_.set(pause_length);
}

void Listener::timer_due() { watch_.want(true, false); }

}  // namespace frontis::net
