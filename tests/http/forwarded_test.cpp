#include "http/forwarded.h"

#include <gtest/gtest.h>

#include <string>

#include "config/network.h"
#include "http/http1.h"

namespace frontis::http {
namespace {

const config::Limits limits;

// A request with its bytes, as a connection holds them.
class Asked {
 public:
  explicit Asked(const std::string& fields)
      : head_("GET / HTTP/1.1\r\nHost: example.org\r\n" + fields + "\r\n") {
    HeadParser parser(limits);
    EXPECT_TRUE(parser.parse(head_, request_).has_value()) << head_;
  }
  const Request& get() const { return request_; }

 private:
  std::string head_;
  Request request_;
};

std::vector<config::Network> networks(std::initializer_list<std::string_view> texts) {
  std::vector<config::Network> out;
  for (const std::string_view text : texts) out.push_back(*config::parse_network(text));
  return out;
}

const std::vector<config::Network> proxies = networks({"10.0.0.0/8", "2001:db8:f::/48", "unix:"});

Client asked_by(std::string_view peer, const std::string& fields) {
  return client_of(Asked(fields).get(), peer, 40'000, proxies);
}

struct Walk {
  int line;
  std::string_view peer;
  std::string fields;
  std::string address;
  int port;
  std::string chain;
};

void expect_all(const std::vector<Walk>& walks) {
  for (const Walk& walk : walks) {
    const Client client = asked_by(walk.peer, walk.fields);
    EXPECT_EQ(client.address, walk.address) << "line " << walk.line;
    EXPECT_EQ(client.port, walk.port) << "line " << walk.line;
    EXPECT_EQ(client.chain, walk.chain) << "line " << walk.line;
  }
}

const std::string xff = "X-Forwarded-For: ";
const std::string forwarded = "Forwarded: ";

TEST(ClientOf, IsThePeerWhenNobodyIsTrusted) {
  const Asked asked("X-Forwarded-For: 192.0.2.1\r\nForwarded: for=192.0.2.1\r\n");
  const Client client = client_of(asked.get(), "10.0.0.1", 4711, {});
  EXPECT_EQ(client.address, "10.0.0.1");
  EXPECT_EQ(client.port, 4711);
  EXPECT_EQ(client.chain, "");
}

TEST(ClientOf, BelievesNothingOfAPeerWhoIsNotTrusted) {
  const Client client = asked_by("198.51.100.7",
                                 "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
                                 "X-Forwarded-Host: evil.example\r\nX-Forwarded-Port: 81\r\n"
                                 "Forwarded: for=192.0.2.1;proto=https;host=evil.example\r\n");
  EXPECT_EQ(client.address, "198.51.100.7");
  EXPECT_EQ(client.port, 40'000);
  EXPECT_EQ(client.scheme, "http");
  EXPECT_EQ(client.host, "example.org");
  EXPECT_EQ(client.chain, "");
}

TEST(ClientOf, IsTheTrustedPeerItselfWhenItSpeaksForNobody) {
  expect_all({
      {__LINE__, "10.0.0.1", "", "10.0.0.1", 40'000, ""},
      {__LINE__, "10.0.0.1", xff + "\r\n", "10.0.0.1", 40'000, ""},
      {__LINE__, "unix:", "", "unix:", 40'000, ""},
  });
}

TEST(ClientOf, IsWhomTheTrustedPeerNames) {
  expect_all({
      {__LINE__, "10.0.0.1", xff + "192.0.2.7\r\n", "192.0.2.7", 0, "10.0.0.1"},
      {__LINE__, "10.0.0.1", xff + "192.0.2.7:4711\r\n", "192.0.2.7", 4711, "10.0.0.1"},
      {__LINE__, "10.0.0.1", xff + "2001:db8::1\r\n", "2001:db8::1", 0, "10.0.0.1"},
      {__LINE__, "10.0.0.1", xff + "[2001:DB8::1]\r\n", "2001:db8::1", 0, "10.0.0.1"},
      {__LINE__, "10.0.0.1", xff + "[2001:db8::1]:4711\r\n", "2001:db8::1", 4711, "10.0.0.1"},
      {__LINE__, "10.0.0.1", xff + "::ffff:192.0.2.7\r\n", "192.0.2.7", 0, "10.0.0.1"},
      {__LINE__, "2001:db8:f::1", xff + "192.0.2.7\r\n", "192.0.2.7", 0, "2001:db8:f::1"},
      // A peer on a Unix socket has no address that could be told.
      {__LINE__, "unix:", xff + "192.0.2.7\r\n", "192.0.2.7", 0, ""},
  });
}

TEST(ClientOf, IsTheLastOfTheChainWhoIsNotTrusted) {
  expect_all({
      {__LINE__, "10.0.0.1", xff + "192.0.2.7, 10.0.0.2\r\n", "192.0.2.7", 0, "10.0.0.2, 10.0.0.1"},
      {__LINE__, "unix:", xff + "192.0.2.7, 10.0.0.3, 10.0.0.2\r\n", "192.0.2.7", 0,
       "10.0.0.3, 10.0.0.2"},
      // In several fields.
      {__LINE__, "10.0.0.1", xff + "192.0.2.7\r\n" + xff + "10.0.0.2\r\n", "192.0.2.7", 0,
       "10.0.0.2, 10.0.0.1"},
      // All are ours: the first of them asks.
      {__LINE__, "10.0.0.1", xff + "10.0.0.3, 10.0.0.2\r\n", "10.0.0.3", 0, "10.0.0.2, 10.0.0.1"},
      // The client has forged what stands in front.
      {__LINE__, "10.0.0.1", xff + "127.0.0.1, 192.0.2.7\r\n", "192.0.2.7", 0, "10.0.0.1"},
      {__LINE__, "10.0.0.1", xff + "10.0.0.9, 192.0.2.7\r\n", "192.0.2.7", 0, "10.0.0.1"},
      {__LINE__, "10.0.0.1", xff + "127.0.0.1\r\n" + xff + "192.0.2.7\r\n", "192.0.2.7", 0,
       "10.0.0.1"},
      {__LINE__, "10.0.0.1", xff + "\"127.0.0.1, 192.0.2.7\r\n", "192.0.2.7", 0, "10.0.0.1"},
      {__LINE__, "10.0.0.1", xff + ", ,192.0.2.7 , ,\r\n", "192.0.2.7", 0, "10.0.0.1"},
  });
}

TEST(ClientOf, EndsTheChainBeforeWhatIsNoAddress) {
  const std::vector<std::string> malformed{
      "unknown",      "_gazonk",        "unix:",         "192.0.2",
      "192.0.2.7:",   "192.0.2.7:0",    "1.2.3.4:65536", "1.2.3.4:+1",
      "[2001:db8::1", "[2001:db8::1]x", "[192.0.2.7]",   "[]",
      "2001:db8::g",  "192.0.2.7 x",    "fe80::1%eth0",  std::string(100, '1'),
      "example.org"};
  for (const std::string& entry : malformed) {
    SCOPED_TRACE(entry);
    expect_all({
        {__LINE__, "10.0.0.1", xff + entry + "\r\n", "10.0.0.1", 40'000, ""},
        {__LINE__, "10.0.0.1", xff + "192.0.2.7, " + entry + "\r\n", "10.0.0.1", 40'000, ""},
        {__LINE__, "10.0.0.1", xff + entry + ", 10.0.0.2\r\n", "10.0.0.2", 0, "10.0.0.1"},
    });
  }
}

TEST(ClientOf, GoesThirtyTwoEntriesBackAtMost) {
  std::string entries;
  for (int i = 40; i > 0; --i) entries += "10.1.1." + std::to_string(i) + (i > 1 ? ", " : "");
  const Client client = asked_by("10.0.0.1", xff + entries + "\r\n");
  EXPECT_EQ(client.address, "10.1.1.32");
  EXPECT_TRUE(client.chain.starts_with("10.1.1.31, ")) << client.chain;
}

TEST(ClientOf, ReadsForwarded) {
  expect_all({
      {__LINE__, "10.0.0.1", forwarded + "for=192.0.2.7\r\n", "192.0.2.7", 0, "10.0.0.1"},
      {__LINE__, "10.0.0.1", forwarded + "For=\"192.0.2.7:4711\"\r\n", "192.0.2.7", 4711,
       "10.0.0.1"},
      {__LINE__, "10.0.0.1", forwarded + "for=\"[2001:db8:cafe::17]:4711\"\r\n",
       "2001:db8:cafe::17", 4711, "10.0.0.1"},
      {__LINE__, "10.0.0.1", forwarded + "for=\"[2001:db8:cafe::17]:_x9\"\r\n", "2001:db8:cafe::17",
       0, "10.0.0.1"},
      {__LINE__, "10.0.0.1", forwarded + "proto=http; for=192.0.2.7 ;by=10.0.0.1;;\r\n",
       "192.0.2.7", 0, "10.0.0.1"},
      {__LINE__, "10.0.0.1", forwarded + "for=192.0.2.7, for=10.0.0.2\r\n", "192.0.2.7", 0,
       "10.0.0.2, 10.0.0.1"},
      {__LINE__, "10.0.0.1", forwarded + "by=\"a,b;c\\\"d\";for=192.0.2.7\r\n", "192.0.2.7", 0,
       "10.0.0.1"},
      // X-Forwarded-For counts first.
      {__LINE__, "10.0.0.1", forwarded + "for=192.0.2.7\r\n" + xff + "192.0.2.9\r\n", "192.0.2.9",
       0, "10.0.0.1"},
  });
}

TEST(ClientOf, EndsTheChainBeforeAMalformedElementOfForwarded) {
  const std::vector<std::string> malformed{
      "for=unknown",     "for=_x",          "proto=http",        "for",
      "for =192.0.2.7",  "=192.0.2.7",      "for=\"192.0.2.7",   "for=\"192.0.2.7\"x",
      "for=192.0.2.7\"", "for=192.0.2.7;x", "for=\"192.0.2.7\\", "for=1.2.3.4;for=192.0.2.7"};
  for (const std::string& element : malformed) {
    SCOPED_TRACE(element);
    expect_all({
        {__LINE__, "10.0.0.1", forwarded + element + "\r\n", "10.0.0.1", 40'000, ""},
        {__LINE__, "10.0.0.1", forwarded + element + ", for=10.0.0.2\r\n", "10.0.0.2", 0,
         "10.0.0.1"},
    });
  }
}

// The client cannot make a string of what the proxy has put behind its own element.
TEST(ClientOf, ReadsForwardedFromItsEnd) {
  expect_all({
      {__LINE__, "10.0.0.1", forwarded + "for=9.9.9.9;x=\", for=192.0.2.7\r\n", "192.0.2.7", 0,
       "10.0.0.1"},
      {__LINE__, "10.0.0.1", forwarded + "for=9.9.9.9;x=\", for=\"[2001:db8::1]:1\"\r\n",
       "2001:db8::1", 1, "10.0.0.1"},
      {__LINE__, "10.0.0.1", forwarded + "for=9.9.9.9;x=\\, for=\"192.0.2.7\"\r\n", "192.0.2.7", 0,
       "10.0.0.1"},
  });
}

struct Asking {
  int line;
  std::string fields;
  std::string scheme;
  std::string host;
};

void expect_asked(const std::vector<Asking>& cases) {
  for (const Asking& test : cases) {
    const Client client = asked_by("10.0.0.1", test.fields);
    EXPECT_EQ(client.scheme, test.scheme) << "line " << test.line;
    EXPECT_EQ(client.host, test.host) << "line " << test.line;
  }
}

TEST(ClientOf, LearnsSchemeHostAndPortFromATrustedPeer) {
  const std::string proto = "X-Forwarded-Proto: ";
  const std::string host = "X-Forwarded-Host: ";
  const std::string port = "X-Forwarded-Port: ";
  expect_asked({
      {__LINE__, "", "http", "example.org"},
      {__LINE__, proto + "https\r\n", "https", "example.org"},
      {__LINE__, proto + "HTTPS\r\n", "https", "example.org"},
      {__LINE__, proto + "https, http\r\n", "http", "example.org"},
      {__LINE__, proto + "http\r\n" + proto + "https\r\n", "https", "example.org"},
      {__LINE__, proto + "ftp\r\n", "http", "example.org"},
      {__LINE__, host + "a.example\r\n", "http", "a.example"},
      {__LINE__, host + "evil.example, a.example:8443\r\n", "http", "a.example:8443"},
      {__LINE__, host + "[::1]:81\r\n", "http", "[::1]:81"},
      {__LINE__, host + "a b\r\n", "http", "example.org"},
      {__LINE__, host + "a/b\r\n", "http", "example.org"},
      {__LINE__, host + ":80\r\n", "http", "example.org"},
      {__LINE__, port + "8080\r\n", "http", "example.org:8080"},
      {__LINE__, port + "80\r\n", "http", "example.org"},
      {__LINE__, port + "443\r\n" + proto + "https\r\n", "https", "example.org"},
      {__LINE__, port + "0\r\n", "http", "example.org"},
      {__LINE__, port + "70000\r\n", "http", "example.org"},
      {__LINE__, port + "x\r\n", "http", "example.org"},
      {__LINE__, port + "8080\r\n" + host + "a.example:81\r\n", "http", "a.example:81"},
  });
}

TEST(ClientOf, LearnsSchemeAndHostFromTheElementOfTheClient) {
  expect_asked({
      {__LINE__, forwarded + "for=192.0.2.7;proto=https;host=a.example\r\n", "https", "a.example"},
      {__LINE__, forwarded + "for=192.0.2.7;host=\"a.example:81\"\r\n", "http", "a.example:81"},
      {__LINE__, forwarded + "for=192.0.2.7;proto=https, for=10.0.0.2;proto=http\r\n", "https",
       "example.org"},
      {__LINE__, forwarded + "for=1.1.1.1;proto=https, for=192.0.2.7;proto=http\r\n", "http",
       "example.org"},
      {__LINE__, forwarded + "for=unknown;proto=https\r\n", "https", "example.org"},
      {__LINE__, forwarded + "for=192.0.2.7;proto=https\r\nX-Forwarded-Proto: http\r\n", "http",
       "example.org"},
      // Who writes X-Forwarded-For has perhaps let the client's Forwarded through.
      {__LINE__, forwarded + "for=192.0.2.7;proto=https;host=a.example\r\n" + xff + "192.0.2.7\r\n",
       "http", "example.org"},
  });
}

TEST(ClientOf, KeepsThePortThatTheClientAskedFor) {
  const std::string head = "GET / HTTP/1.1\r\nHost: example.org:8080\r\n\r\n";
  Request request;
  HeadParser parser(limits);
  ASSERT_TRUE(parser.parse(head, request).has_value());
  EXPECT_EQ(client_of(request, "192.0.2.7", 1, {}).host, "example.org:8080");
}

}  // namespace
}  // namespace frontis::http
