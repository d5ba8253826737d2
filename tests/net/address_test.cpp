#include "net/address.h"

#include <gtest/gtest.h>

#include "addresses.h"

namespace frontis::net {
namespace {

TEST(Address, IsWrittenAsUsual) {
  struct Case {
    Address address;
    std::string_view text;
  };
  const Case cases[] = {
      {Address(), "unix:"},
      {v4("192.0.2.7"), "192.0.2.7"},
      {v4("0.0.0.0"), "0.0.0.0"},
      {v4("10.100.1.99"), "10.100.1.99"},
      {v4("255.255.255.255"), "255.255.255.255"},
      {v6("2001:db8::1"), "2001:db8::1"},
      {v6("::1"), "::1"},
      {v6("::ffff:192.0.2.7"), "192.0.2.7"},
      {v6("1111:2222:3333:4444:5555:6666:7777:8888"), "1111:2222:3333:4444:5555:6666:7777:8888"},
  };
  for (const auto& [address, text] : cases) {
    Address::Text out;
    EXPECT_EQ(address.text(out), text);
  }
}

TEST(Address, OfAnUnknownFamilyCountsAsUnix) {
  sockaddr_storage peer{};
  peer.ss_family = AF_UNIX;
  EXPECT_TRUE(Address(peer).is_unix());
  EXPECT_FALSE(v4("192.0.2.7").is_unix());
  EXPECT_FALSE(v6("::1").is_unix());
}

TEST(Address, KnowsThePort) {
  EXPECT_EQ(Address().port(), 0);
  EXPECT_EQ(v4("192.0.2.7").port(), 40'000);
  EXPECT_EQ(v6("2001:db8::1").port(), 40'000);
  EXPECT_EQ(v6("::ffff:192.0.2.7").port(), 40'000);
}

}  // namespace
}  // namespace frontis::net
