// The other end of a connection, as a test holds it: sends what it is told, keeps what it gets.
// Pairs of connected sockets, over a Unix socket or over TCP on the loopback.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/descriptor.h"
#include "loopback.h"

namespace frontis::net {

struct Pair {
  Descriptor near;  // for the server
  Descriptor far;   // for the test
};

inline Pair unix_pair() {
  int numbers[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, numbers), 0);
  return {Descriptor(numbers[0]), Descriptor(numbers[1])};
}

inline Pair tcp_pair() {
  const Loopback listener = bound_to_loopback();
  EXPECT_EQ(::listen(listener.socket.number(), 1), 0);
  Descriptor far(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(far.number(), listener.where(), listener.length()), 0);
  ::fcntl(far.number(), F_SETFL, O_NONBLOCK);
  const int on = 1;
  ::setsockopt(far.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  Descriptor near(
      ::accept4(listener.socket.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  EXPECT_TRUE(near.is_open());
  ::setsockopt(near.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return {std::move(near), std::move(far)};
}

inline void set_send_buffer(const Descriptor& socket, int bytes) {
  EXPECT_EQ(::setsockopt(socket.number(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes), 0);
}

class Peer {
 public:
  explicit Peer(Descriptor socket) : socket_(std::move(socket)) {}

  // All of `text`, which the kernel must have room for.
  void send(std::string_view text) {
    const auto sent = ::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL);
    EXPECT_EQ(sent, static_cast<ssize_t>(text.size())) << std::strerror(errno);
  }
  // As much of `text` as the kernel takes now.
  std::size_t send_some(std::string_view text) {
    const auto sent = ::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
  }

  // Takes at most `most` bytes of what has come.
  void take(std::size_t most = SIZE_MAX) {
    std::array<char, 16 * 1024> bytes;
    while (most > 0 && !has_ended_) {
      const auto got = ::recv(socket_.number(), bytes.data(), std::min(most, bytes.size()), 0);
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
      has_ended_ = got <= 0;
      was_reset_ = got < 0;
      if (got > 0) got_.append(bytes.data(), static_cast<std::size_t>(got));
      if (got > 0) most -= static_cast<std::size_t>(got);
    }
  }

  const std::string& got() const { return got_; }
  std::string take_got() { return std::exchange(got_, {}); }
  bool has_ended() const { return has_ended_; }  // the server sends no more
  bool was_reset() const { return was_reset_; }

  void end_sending() { ::shutdown(socket_.number(), SHUT_WR); }
  void leave() { socket_.close(); }
  // Leaves a TCP connection with a reset.
  void break_off() {
    const linger at_once{1, 0};
    ::setsockopt(socket_.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_.close();
  }

 private:
  Descriptor socket_;
  std::string got_;
  bool has_ended_ = false;
  bool was_reset_ = false;
};

}  // namespace frontis::net
