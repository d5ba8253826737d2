#include "upstream/forwarding.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "made_outgoing.h"

namespace frontis::upstream {
namespace {

using Lines = std::vector<std::string>;

Lines forwarded(const MadeOutgoing& made) {
  Lines lines;
  for_each_forwarded(made.outgoing, [&lines](std::string_view name, std::string_view value) {
    lines.push_back(std::string(name).append(": ").append(value));
  });
  return lines;
}

constexpr std::size_t ours = 6;  // the last lines, where the client named a host

// What was the client's own.
Lines theirs(std::string_view head) {
  Lines lines = forwarded(MadeOutgoing(head));
  EXPECT_GE(lines.size(), ours);
  lines.resize(lines.size() - ours);
  return lines;
}

TEST(Forwarding, PassesWhatIsTheClientsOwn) {
  EXPECT_EQ(theirs("GET / HTTP/1.1|Accept: a|Host: b|Cookie: c=d|Cookie: e|X-Y-2: f, g|Empty:"),
            (Lines{"Host: b", "Accept: a", "Cookie: c=d", "Cookie: e", "X-Y-2: f, g", "Empty: "}));
  EXPECT_EQ(theirs("POST / HTTP/1.1|Host: a:81|Content-Type: text/plain|Content-Length: 5"),
            (Lines{"Host: a:81", "Content-Type: text/plain"}));
}

TEST(Forwarding, KeepsBackWhatIsOfOneConnection) {
  for (const std::string_view fields :
       {"Connection: close", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive",
        "Proxy-Authorization: Basic x", "Proxy-Authenticate: x", "TE: trailers", "Trailer: x",
        "Upgrade: h2c", "Expect: 100-continue|Content-Length: 1", "Transfer-Encoding: chunked",
        "Proxy: http://evil", "proxy: x", "Connection: x-one|X-One: 1",
        "X-One: 1|Connection: a, X-ONE ,, b|X-One: 2",
        "Connection: a|Connection: x-one|X-One: 1|a: b",
        "Connection: HTTP2-Settings, upgrade|HTTP2-Settings: x|Upgrade: h2c"}) {
    SCOPED_TRACE(fields);
    EXPECT_EQ(theirs("POST / HTTP/1.1|Host: h|" + std::string(fields)), Lines{"Host: h"});
  }
}

TEST(Forwarding, KeepsBackWhatOnlyATrustedProxyMaySay) {
  for (const std::string_view name :
       {"X-Forwarded-For", "x-forwarded-proto", "X-FORWARDED-HOST", "X-Forwarded-Port",
        "X-Forwarded-Server", "X-Forwarded-Prefix", "X-Real-IP", "Forwarded", "X-Request-ID",
        "x-request-id", "X_Request_ID", "X_Forwarded_For", "X-Forwarded_For", "X.Forwarded.For",
        "Remote_User", "X'Y", "X~Y"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(theirs("GET / HTTP/1.1|Host: h|" + std::string(name) + ": 6.6.6.6"),
              Lines{"Host: h"});
  }
}

TEST(Forwarding, CannotBeToldToDropOurs) {
  const Lines lines = forwarded(MadeOutgoing(
      "GET / HTTP/1.1|Host: h|Connection: X-Forwarded-For, X-Real-IP, Host, Forwarded"));
  EXPECT_EQ(lines.size(), 1 + ours);
  EXPECT_EQ(lines[0], "Host: h");
  EXPECT_EQ(lines[1], "X-Forwarded-For: 192.0.2.7");
}

TEST(Forwarding, TakesTheHostOfAnAbsoluteTarget) {
  EXPECT_EQ(theirs("GET http://a.example:81/ HTTP/1.1|Host: b"), Lines{"Host: a.example:81"});
}

struct Case {
  std::string address, chain, scheme, host;
  Lines lines;
};

TEST(Forwarding, TellsOfTheClient) {
  const std::vector<Case> cases{
      {"192.0.2.7",
       "",
       "http",
       "a.example",
       {"X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http", "X-Forwarded-Host: a.example",
        "X-Forwarded-Port: 80", "X-Real-IP: 192.0.2.7",
        "Forwarded: for=192.0.2.7;host=\"a.example\";proto=http"}},
      {"2001:db8::1",
       "10.0.0.1, 2001:db8::2",
       "https",
       "a.example",
       {"X-Forwarded-For: 2001:db8::1, 10.0.0.1, 2001:db8::2", "X-Forwarded-Proto: https",
        "X-Forwarded-Host: a.example", "X-Forwarded-Port: 443", "X-Real-IP: 2001:db8::1",
        "Forwarded: for=\"[2001:db8::1]\";host=\"a.example\";proto=https, for=10.0.0.1, "
        "for=\"[2001:db8::2]\""}},
      {"unix:",
       "",
       "http",
       "[::1]:8080",
       {"X-Forwarded-For: unix:", "X-Forwarded-Proto: http", "X-Forwarded-Host: [::1]:8080",
        "X-Forwarded-Port: 8080",
        "X-Real-IP: unix:", "Forwarded: for=unknown;host=\"[::1]:8080\";proto=http"}},
      {"192.0.2.7",
       "",
       "http",
       "",
       {"X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: http", "X-Forwarded-Port: 8080",
        "X-Real-IP: 192.0.2.7", "Forwarded: for=192.0.2.7;proto=http"}},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.lines.back());
    MadeOutgoing made("GET / HTTP/1.0");
    made.client.address = each.address;
    made.client.chain = each.chain;
    made.client.scheme = each.scheme;
    made.client.host = each.host;
    EXPECT_EQ(forwarded(made), each.lines);
  }
}

TEST(Forwarding, NamesTheRequestAsWeDo) {
  MadeOutgoing made("GET / HTTP/1.1|Host: h|X-Request-ID: own|Connection: x-request-id");
  made.outgoing.request_id = "ours";
  const Lines lines = forwarded(made);
  ASSERT_EQ(lines.size(), 1 + ours + 1);
  EXPECT_EQ(lines.back(), "X-Request-ID: ours");
}

TEST(Forwarding, KnowsThePortThatWasAskedFor) {
  EXPECT_EQ(asked_port("", "http"), 0);
  EXPECT_EQ(asked_port("a", "http"), 80);
  EXPECT_EQ(asked_port("a", "https"), 443);
  EXPECT_EQ(asked_port("a:8080", "https"), 8080);
  EXPECT_EQ(asked_port("a:", "http"), 80);
  EXPECT_EQ(asked_port("a:99999", "http"), 80);
  EXPECT_EQ(asked_port("[::1]", "http"), 80);
  EXPECT_EQ(asked_port("[::1]:81", "http"), 81);
}

}  // namespace
}  // namespace frontis::upstream
