#include "upstream/uwsgi.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "decoding.h"
#include "made_outgoing.h"
#include "variables.h"

namespace frontis::upstream {
namespace {

std::unique_ptr<Codec> make() { return std::make_unique<UwsgiCodec>(); }

std::string_view take_sized(std::string_view& rest) {
  const std::size_t size = byte_at(rest, 0) | byte_at(rest, 1) << 8;
  take(rest, 2);
  return take(rest, size);
}

Variables variables_of(std::string_view packet) {
  EXPECT_EQ(byte_at(packet, 0), 0U);
  EXPECT_EQ(byte_at(packet, 3), 0U);
  EXPECT_EQ(byte_at(packet, 1) | byte_at(packet, 2) << 8, packet.size() - 4);
  std::string_view rest = packet.substr(4);
  Variables variables;
  while (!rest.empty() && !testing::Test::HasFailure()) {
    const std::string_view name = take_sized(rest);
    variables.emplace_back(name, take_sized(rest));
  }
  return variables;
}

TEST(UwsgiCodec, SendsTheVariablesInOnePacket) {
  MadeOutgoing made("POST /a%20b?c HTTP/1.1|Host: example.org|Content-Length: 5");
  made.outgoing.content_length = 5;
  const std::string agent(300, 'x');
  made.set({{"LONG", agent}});
  std::string out;
  ASSERT_TRUE(UwsgiCodec().begin(made.outgoing, out));
  const Variables variables = variables_of(out);
  EXPECT_EQ(value_of(variables, "REQUEST_METHOD"), "POST");
  EXPECT_EQ(value_of(variables, "PATH_INFO"), "/a b");
  EXPECT_EQ(value_of(variables, "QUERY_STRING"), "c");
  EXPECT_EQ(value_of(variables, "CONTENT_LENGTH"), "5");
  EXPECT_EQ(value_of(variables, "LONG"), agent);
  EXPECT_EQ(value_of(variables, "SCRIPT_NAME"), "");
}

TEST(UwsgiCodec, SendsTheBodyAsItIs) {
  std::string out;
  UwsgiCodec().frame("hello", true, out);
  UwsgiCodec().finish(true, out);
  EXPECT_EQ(out, "hello");
}

TEST(UwsgiCodec, RefusesWhatDoesNotFit) {
  MadeOutgoing made("GET / HTTP/1.1|Host: a");
  std::string empty;
  made.set({{"A", ""}});
  ASSERT_TRUE(UwsgiCodec().begin(made.outgoing, empty));
  const std::size_t room = 65535 - (empty.size() - 4);
  std::string out;
  made.set({{"A", std::string(room, 'x')}});
  ASSERT_TRUE(UwsgiCodec().begin(made.outgoing, out));
  EXPECT_EQ(value_of(variables_of(out), "A").size(), room);
  made.set({{"A", std::string(room + 1, 'x')}});
  std::string kept = "kept";
  const Result<void> begun = UwsgiCodec().begin(made.outgoing, kept);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind, ErrorKind::headers_too_large);
  EXPECT_EQ(kept, "kept");
}

TEST(UwsgiCodec, RefusesABodyOfUnknownLength) {
  MadeOutgoing made("POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked");
  made.outgoing.content_length.reset();
  std::string out;
  const Result<void> begun = UwsgiCodec().begin(made.outgoing, out);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind, ErrorKind::not_implemented);
}

TEST(UwsgiCodec, ReadsAnswers) {
  expect_events(
      make,
      {
          {"HTTP/1.1 200 OK|Content-Length: 5||hello", "head 200 | content hello | complete"},
          {"HTTP/1.0 404 x|A: b||hello", "head 404 | content hello | complete at close"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|0||",
           "head 200 | content hello | complete"},
          {"HTTP/1.1 103 x||HTTP/1.1 200 OK||a",
           "interim 103 | head 200 | content a | complete at close"},
          {"HTTP/1.1 101 x|Upgrade: websocket||ab", "head 101 | content ab | complete at close"},
          {"Status: 500 Oops|A: b||x", "head 500 | content x | complete at close"},
          {"HTTP/1.1 200 OK|Content-Length: 5||hello, more", "head 200 | content hello | complete"},
          {"HTTP/1.1 200 OK|Content-Length: 5||hello", "head 200 | complete", true},
          {"HTTP/1.1 304 x||hello", "head 304 | complete"},
          {"", "error at close"},
          {"HTTP/1.1 200 OK|A: b|", "error at close"},
          {"HTTP/1.1 200 OK|Content-Length: 5||hell", "head 200 | content hell | error at close"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|",
           "head 200 | content hello | error at close"},
          {"HTTP/1.1 999 x||", "error"},
          {"uwsgi: fatal||", "head 200 | complete at close"},
          {"no header||", "error"},
      });
}

TEST(UwsgiCodec, IsForOneRequestOnly) {
  EXPECT_FALSE(tell(make, "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n")
                   .reusable);
}

}  // namespace
}  // namespace frontis::upstream
