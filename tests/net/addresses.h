// Addresses of peers, made from text.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

#include "net/address.h"

namespace frontis::net {

template <typename Sockaddr>
Address address_of(const Sockaddr& from) {
  sockaddr_storage peer{};
  std::memcpy(&peer, &from, sizeof from);
  return Address(peer);
}

inline Address v4(const char* text) {
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_port = htons(40'000);
  EXPECT_EQ(::inet_pton(AF_INET, text, &from.sin_addr), 1);
  return address_of(from);
}

inline Address v6(const char* text) {
  sockaddr_in6 from{};
  from.sin6_family = AF_INET6;
  from.sin6_port = htons(40'000);
  EXPECT_EQ(::inet_pton(AF_INET6, text, &from.sin6_addr), 1);
  return address_of(from);
}

}  // namespace frontis::net
