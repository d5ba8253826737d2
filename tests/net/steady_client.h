// A client that asks and listens without a copy or an allocation of its own.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <string_view>
#include <utility>

#include "base/descriptor.h"

namespace frontis::net {

class SteadyClient {
 public:
  explicit SteadyClient(Descriptor socket) : socket_(std::move(socket)) {}
  void send(std::string_view request) {
    ASSERT_EQ(::send(socket_.number(), request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
  }
  std::size_t take() {
    const auto got = ::recv(socket_.number(), bytes_.data(), bytes_.size(), 0);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }

 private:
  Descriptor socket_;
  std::array<char, 64 * 1024> bytes_;
};

}  // namespace frontis::net
