#include "net/proxy_header.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace frontis::net {
namespace {

using namespace std::string_literals;

const std::string signature = "\r\n\r\n\0\r\nQUIT\n"s;

// The header of version 2 that carries `rest` behind its fixed part.
std::string binary(int command, int family, const std::string& rest) {
  std::string out = signature;
  for (const std::size_t byte :
       {static_cast<std::size_t>(command), static_cast<std::size_t>(family), rest.size() >> 8,
        rest.size() & 0xff}) {
    out.push_back(static_cast<char>(byte));
  }
  return out + rest;
}

const std::string v4_addresses = "\xc0\x00\x02\x07\xc0\x00\x02\x01\x9c\x40\x01\xbb"s;
const std::string v6_addresses = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01" +
                                 std::string(16, '\x22') + "\x9c\x40\x01\xbb"s;
const std::string unix_addresses = "/run/client.sock" + std::string(200, '\0');

// "192.0.2.7 40000", "the peer", "more" or "error".
std::string outcome(std::string_view input) {
  const Result<ProxyHeader> header = read_proxy_header(input);
  if (!header) return "error";
  if (header->length == 0) return "more";
  if (!header->has_source) return "the peer";
  Address::Text text;
  return std::string(header->source.text(text)) + " " + std::to_string(header->source.port());
}

struct Case {
  int line;
  std::string header;
  std::string expected;
};

const std::vector<Case> whole_headers{
    {__LINE__, "PROXY TCP4 192.0.2.7 192.0.2.1 40000 443\r\n", "192.0.2.7 40000"},
    {__LINE__, "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
     "255.255.255.255 65535"},
    {__LINE__, "PROXY TCP6 2001:db8::1 ::1 40000 443\r\n", "2001:db8::1 40000"},
    {__LINE__, "PROXY TCP6 ::ffff:192.0.2.7 ::1 40000 443\r\n", "192.0.2.7 40000"},
    {__LINE__, "PROXY UNKNOWN\r\n", "the peer"},
    {__LINE__,
     "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
     "the peer"},
    {__LINE__, binary(0x21, 0x11, v4_addresses), "192.0.2.7 40000"},
    {__LINE__, binary(0x21, 0x21, v6_addresses), "2001:db8::1 40000"},
    {__LINE__, binary(0x21, 0x31, unix_addresses), "unix: 0"},
    {__LINE__, binary(0x21, 0x12, v4_addresses), "192.0.2.7 40000"},
    // TLVs behind the addresses are skipped, well-formed or not.
    {__LINE__, binary(0x21, 0x11, v4_addresses + "\x04\x00\x03xyz"s), "192.0.2.7 40000"},
    {__LINE__, binary(0x21, 0x11, v4_addresses + std::string(4000, 'x')), "192.0.2.7 40000"},
    // LOCAL and what says nothing of addresses.
    {__LINE__, binary(0x20, 0x00, ""), "the peer"},
    {__LINE__, binary(0x20, 0x11, v4_addresses), "the peer"},
    {__LINE__, binary(0x20, 0x11, ""), "the peer"},
    {__LINE__, binary(0x21, 0x00, ""), "the peer"},
    {__LINE__, binary(0x21, 0x00, "12345"), "the peer"},
    {__LINE__, binary(0x21, 0x10, v4_addresses), "the peer"},
};

TEST(ProxyHeader, TellsWhoIsBehindTheProxy) {
  for (const Case& test : whole_headers) {
    EXPECT_EQ(outcome(test.header), test.expected) << "line " << test.line;
  }
}

TEST(ProxyHeader, EndsWhereTheConnectionOfTheClientBegins) {
  for (const Case& test : whole_headers) {
    const auto header = read_proxy_header(test.header + "GET / HTTP/1.1\r\n");
    ASSERT_TRUE(header.has_value()) << "line " << test.line;
    EXPECT_EQ(header->length, test.header.size()) << "line " << test.line;
  }
}

TEST(ProxyHeader, WaitsForItsLastByte) {
  for (const Case& test : whole_headers) {
    for (std::size_t length = 0; length < test.header.size(); ++length) {
      EXPECT_EQ(outcome(test.header.substr(0, length)), "more")
          << "line " << test.line << ", byte " << length;
    }
  }
}

TEST(ProxyHeader, RefusesWhatIsMalformed) {
  const std::vector<std::string> malformed{
      "GET / HTTP/1.1\r\n",
      "G",
      "PROXX",
      "proxy TCP4 192.0.2.7 192.0.2.1 1 2\r\n",
      "PROXY\r\n",
      "PROXY \r\n",
      "PROXY TCP5 192.0.2.7 192.0.2.1 1 2\r\n",
      "PROXY TCP4\r\n",
      "PROXY TCP4 192.0.2.7 192.0.2.1 1\r\n",
      "PROXY TCP4 192.0.2.7 192.0.2.1 1 2 3\r\n",
      "PROXY TCP4 192.0.2.7 192.0.2.1 1 2 \r\n",
      "PROXY TCP4  192.0.2.7 192.0.2.1 1 2\r\n",
      "PROXY TCP4 192.0.2.7 192.0.2.1 65536 2\r\n",
      "PROXY TCP4 192.0.2.7 192.0.2.1 -1 2\r\n",
      "PROXY TCP4 192.0.2.7 192.0.2.1 000001 2\r\n",
      "PROXY TCP4 192.0.2.256 192.0.2.1 1 2\r\n",
      "PROXY TCP4 192.0.2.7 x 1 2\r\n",
      "PROXY TCP4 2001:db8::1 ::1 1 2\r\n",
      "PROXY TCP6 192.0.2.7 192.0.2.1 1 2\r\n",
      "PROXY TCP4 192.0.2.7\0 192.0.2.1 1 2\r\n"s,
      "PROXY TCP4 192.0.2.7 192.0.2.1 1 2\n",
      "PROXY UNKNOWN " + std::string(longest_proxy_line - 14, 'x'),
      "PROXY UNKNOWN " + std::string(longest_proxy_line - 15, 'x') + "\r\n",
      binary(0x11, 0x11, v4_addresses),   // of version 1
      binary(0x22, 0x11, v4_addresses),   // an unknown command
      binary(0x21, 0x41, v4_addresses),   // an unknown family
      binary(0x21, 0x13, v4_addresses),   // an unknown transport
      binary(0x21, 0x11, "12345678901"),  // too short for the addresses of its family
      binary(0x21, 0x21, v4_addresses),
      binary(0x21, 0x31, v6_addresses),
      binary(0x20, 0x00, std::string(longest_proxy_header - 15, 'x')),
      "\r\n\r\nGET",
  };
  for (const std::string& header : malformed) EXPECT_EQ(outcome(header), "error") << header;
}

TEST(ProxyHeader, IsRefusedBeforeTheRestOfItComes) {
  EXPECT_EQ(outcome(signature + "\x11"), "error");
  EXPECT_EQ(outcome(signature + "\x21\x51"), "error");
  EXPECT_EQ(outcome(signature + "\x21\x11\xff\xff"), "error");
  EXPECT_EQ(outcome(signature + "\x21\x11\x00\x0b"s), "error");
}

}  // namespace
}  // namespace frontis::net
