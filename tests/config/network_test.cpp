#include "config/network.h"

#include <gtest/gtest.h>

#include <string>

namespace frontis::config {
namespace {

bool is_in(const std::string& network, std::string_view address) {
  const Result<Network> parsed = parse_network(network);
  EXPECT_TRUE(parsed) << network << ": " << parsed.error().message;
  return parsed && contains({*parsed}, address);
}

TEST(Network, HoldsWhatItsPrefixCovers) {
  const struct {
    std::string network, address;
    bool holds;
  } cases[] = {
      {"10.0.0.0/8", "10.0.0.0", true},
      {"10.0.0.0/8", "10.255.255.255", true},
      {"10.0.0.0/8", "11.0.0.0", false},
      {"10.0.0.0/8", "9.255.255.255", false},
      {"192.168.4.0/22", "192.168.7.255", true},
      {"192.168.4.0/22", "192.168.8.0", false},
      {"192.0.2.7", "192.0.2.7", true},
      {"192.0.2.7", "192.0.2.6", false},
      {"192.0.2.7/32", "192.0.2.7", true},
      {"0.0.0.0/0", "203.0.113.1", true},
      {"0.0.0.0/0", "2001:db8::1", false},
      {"2001:db8::/32", "2001:db8:ffff::1", true},
      {"2001:db8::/32", "2001:db9::1", false},
      {"2001:db8::/33", "2001:db8:8000::", false},
      {"2001:DB8::7", "2001:db8:0:0::7", true},
      {"::1", "::1", true},
      {"::/0", "2001:db8::1", true},
      // Whoever writes ::/0 means IPv6.
      {"::/0", "192.0.2.7", false},
      {"::/0", "::ffff:192.0.2.7", false},
      // IPv4 in its other spelling.
      {"10.0.0.0/8", "::ffff:10.1.2.3", true},
      {"::ffff:10.0.0.0/104", "10.1.2.3", true},
      {"::ffff:10.0.0.0/104", "11.1.2.3", false},
      {"unix:", "unix:", true},
      {"unix:", "10.0.0.1", false},
      {"unix:", "::", false},
      {"0.0.0.0/0", "unix:", false},
      {"::/0", "unix:", false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(is_in(one.network, one.address), one.holds) << one.network << " " << one.address;
  }
}

TEST(Network, HoldsNothingThatIsNoAddress) {
  const std::string cases[] = {
      "",      "localhost", "unix:/run/x.sock",          "1.2.3", "192.0.2.7:80",        "[::1]",
      "::1%1", "256.0.0.1", std::string("1.2.3.4\0", 8), "-",     std::string(4096, '1')};
  for (const std::string& address : cases) {
    EXPECT_FALSE(is_in("0.0.0.0/0", address)) << address;
    EXPECT_FALSE(is_in("::/0", address)) << address;
  }
  EXPECT_FALSE(contains({}, "192.0.2.7"));
}

TEST(Network, IsHeldByOneOfSeveral) {
  const std::vector<Network> networks = {*parse_network("unix:"), *parse_network("10.0.0.0/8"),
                                         *parse_network("::1")};
  EXPECT_TRUE(contains(networks, "10.9.8.7"));
  EXPECT_TRUE(contains(networks, "::1"));
  EXPECT_TRUE(contains(networks, "unix:"));
  EXPECT_FALSE(contains(networks, "192.0.2.1"));
}

TEST(Network, IsRefusedWithWhatWasExpected) {
  const std::string expected =
      "expected an address or a network such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32, or unix:, "
      "found ";
  const std::pair<std::string, std::string> cases[] = {
      {"", expected + "''"},
      {"all", expected + "'all'"},
      {"example.org", expected + "'example.org'"},
      {"10.0.0/8", expected + "'10.0.0/8'"},
      {"[::1]", expected + "'[::1]'"},
      {"unix:/run/x.sock", expected + "'unix:/run/x.sock'"},
      {"/8", expected + "'/8'"},
      {"10.0.0.0/", "expected a prefix from 0 to 32 after the '/', found '10.0.0.0/'"},
      {"10.0.0.0/33", "expected a prefix from 0 to 32 after the '/', found '10.0.0.0/33'"},
      {"10.0.0.0/-1", "expected a prefix from 0 to 32 after the '/', found '10.0.0.0/-1'"},
      {"10.0.0.0/8/8", "expected a prefix from 0 to 32 after the '/', found '10.0.0.0/8/8'"},
      {"10.0.0.0/255.0.0.0",
       "expected a prefix from 0 to 32 after the '/', found '10.0.0.0/255.0.0.0'"},
      {"::/129", "expected a prefix from 0 to 128 after the '/', found '::/129'"},
      {"10.0.0.1/8", "'10.0.0.1/8' has bits behind its prefix; the network is 10.0.0.0/8"},
      {"2001:db8::1/32",
       "'2001:db8::1/32' has bits behind its prefix; the network is "
       "2001:db8::/32"},
      {"1.2.3.4/0", "'1.2.3.4/0' has bits behind its prefix; the network is 0.0.0.0/0"},
  };
  for (const auto& [text, message] : cases) {
    const Result<Network> network = parse_network(text);
    ASSERT_FALSE(network) << text;
    EXPECT_EQ(network.error().kind, ErrorKind::invalid);
    EXPECT_EQ(network.error().message, message);
  }
}

}  // namespace
}  // namespace frontis::config
