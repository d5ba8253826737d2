#include "upstream/http.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "decoding.h"
#include "made_outgoing.h"

namespace frontis::upstream {
namespace {

std::unique_ptr<Codec> make() { return std::make_unique<HttpCodec>(); }

std::string begun(const MadeOutgoing& made) {
  std::string out = "before";
  EXPECT_TRUE(HttpCodec().begin(made.outgoing, out));
  EXPECT_TRUE(out.starts_with("before"));
  return out.substr(6);
}

// The value of a field that stands in `head` once; "none" or "several" otherwise.
std::string field_of(const std::string& head, const std::string& name) {
  const std::string start = "\r\n" + name + ": ";
  const std::size_t at = head.find(start);
  if (at == std::string::npos) return "none";
  if (head.find(start, at + 1) != std::string::npos) return "several";
  const std::size_t value = at + start.size();
  return head.substr(value, head.find("\r\n", value) - value);
}

TEST(HttpCodec, WritesTheWholeHead) {
  const MadeOutgoing made("GET /a%20b?c=d HTTP/1.1|Host: example.org|Accept: */*");
  EXPECT_EQ(begun(made),
            "GET /a%20b?c=d HTTP/1.1\r\nHost: example.org\r\nAccept: */*\r\n"
            "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: http\r\n"
            "X-Forwarded-Host: example.org\r\nX-Forwarded-Port: 80\r\nX-Real-IP: 192.0.2.7\r\n"
            "Forwarded: for=192.0.2.7;host=\"example.org\";proto=http\r\n"
            "Connection: keep-alive\r\n\r\n");
}

TEST(HttpCodec, SendsTheTargetInOriginForm) {
  struct Case {
    std::string_view line;
    std::string_view sent;
    std::string_view host;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"GET / HTTP/1.1", "GET / HTTP/1.1", "b.example"},
           {"HEAD /a/../b//%2e?x%20 HTTP/1.1", "HEAD /a/../b//%2e?x%20 HTTP/1.1", "b.example"},
           {"GET /? HTTP/1.1", "GET /? HTTP/1.1", "b.example"},
           {"GET http://a.example:81/x?y HTTP/1.1", "GET /x?y HTTP/1.1", "a.example:81"},
           {"GET http://a.example/x? HTTP/1.1", "GET /x? HTTP/1.1", "a.example"},
           {"GET http://a.example HTTP/1.1", "GET / HTTP/1.1", "a.example"},
           {"GET http://a.example?q HTTP/1.1", "GET /?q HTTP/1.1", "a.example"},
           {"OPTIONS * HTTP/1.1", "OPTIONS * HTTP/1.1", "b.example"},
           {"OPTIONS http://a.example HTTP/1.1", "OPTIONS * HTTP/1.1", "a.example"},
           {"GET /old HTTP/1.0", "GET /old HTTP/1.1", "b.example"},
       }) {
    SCOPED_TRACE(each.line);
    const std::string head = begun(MadeOutgoing(std::string(each.line) + "|Host: b.example"));
    EXPECT_EQ(head.substr(0, head.find("\r\n")), each.sent);
    EXPECT_EQ(field_of(head, "Host"), each.host);
  }
}

TEST(HttpCodec, NamesItselfWhereTheClientNamedNoHost) {
  MadeOutgoing made("GET / HTTP/1.0");
  EXPECT_EQ(field_of(begun(made), "Host"), "127.0.0.1:8080");
  made.outgoing.server_address = "::1";
  EXPECT_EQ(field_of(begun(made), "Host"), "[::1]:8080");
  made.outgoing.server_address = "";
  EXPECT_EQ(field_of(begun(made), "Host"), "localhost");
  made.set({{"host", "own.example"}});
  EXPECT_EQ(field_of(begun(made), "Host"), "none");
  EXPECT_EQ(field_of(begun(made), "host"), "own.example");
}

TEST(HttpCodec, FramesTheBodyAnew) {
  struct Case {
    std::string_view head;
    std::optional<std::uint64_t> length;
    std::string_view content_length;
    std::string_view transfer_encoding;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"GET / HTTP/1.1|Host: a", 0, "none", "none"},
           {"DELETE / HTTP/1.1|Host: a|Content-Length: 0", 0, "0", "none"},
           {"POST / HTTP/1.1|Host: a", 0, "0", "none"},
           {"PUT / HTTP/1.1|Host: a", 0, "0", "none"},
           {"POST / HTTP/1.1|Host: a|Content-Length: 5", 5, "5", "none"},
           {"POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked", 7, "7", "none"},
           {"GET / HTTP/1.1|Host: a|Content-Length: 5", 5, "5", "none"},
           {"POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked", {}, "none", "chunked"},
       }) {
    SCOPED_TRACE(each.head);
    MadeOutgoing made(each.head);
    made.outgoing.content_length = each.length;
    const std::string head = begun(made);
    EXPECT_EQ(field_of(head, "Content-Length"), each.content_length);
    EXPECT_EQ(field_of(head, "Transfer-Encoding"), each.transfer_encoding);
  }
  const HttpCodec codec;
  std::string out;
  codec.frame("hello", true, out);
  codec.finish(true, out);
  EXPECT_EQ(out, "hello");
  out.clear();
  codec.frame("hello, world, hello", false, out);
  codec.finish(false, out);
  EXPECT_EQ(out, "13\r\nhello, world, hello\r\n0\r\n\r\n");
}

TEST(HttpCodec, AsksForAnotherProtocolOnlyWhenTold) {
  MadeOutgoing made("GET / HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: websocket");
  EXPECT_EQ(field_of(begun(made), "Upgrade"), "none");
  EXPECT_EQ(field_of(begun(made), "Connection"), "keep-alive");
  made.outgoing.upgrade = true;
  EXPECT_EQ(field_of(begun(made), "Upgrade"), "websocket");
  EXPECT_EQ(field_of(begun(made), "Connection"), "upgrade");
  MadeOutgoing without("GET / HTTP/1.1|Host: a");
  without.outgoing.upgrade = true;
  EXPECT_EQ(field_of(begun(without), "Connection"), "keep-alive");
}

TEST(HttpCodec, LetsTheAppsParamsReplaceFields) {
  MadeOutgoing made("GET / HTTP/1.1|Host: a|X-Key: theirs|x-key: again|Accept: b");
  made.set({{"X-KEY", "ours"},
            {"Host", "inner.example"},
            {"x-forwarded-proto", "https"},
            {"Connection", "close"},
            {"content-length", "9"},
            {"Transfer-Encoding", "chunked"},
            {"Bad Name", "x"},
            {"X-Split", "a\r\nb: c"}});
  const std::string head = begun(made);
  EXPECT_EQ(head.find("theirs"), std::string::npos);
  EXPECT_EQ(head.find("again"), std::string::npos);
  EXPECT_EQ(field_of(head, "X-KEY"), "ours");
  EXPECT_EQ(field_of(head, "Host"), "inner.example");
  EXPECT_EQ(field_of(head, "X-Forwarded-Proto"), "none");
  EXPECT_EQ(field_of(head, "x-forwarded-proto"), "https");
  EXPECT_EQ(field_of(head, "Connection"), "keep-alive");
  for (const char* name : {"content-length", "Transfer-Encoding", "Bad Name", "X-Split", "b"}) {
    EXPECT_EQ(field_of(head, name), "none") << name;
  }
}

TEST(HttpCodec, ReadsAnswers) {
  expect_events(
      make,
      {
          {"HTTP/1.1 200 OK|Content-Length: 5||hello", "head 200 | content hello | complete"},
          {"HTTP/1.1 200 OK|Content-Length: 0||", "head 200 | complete"},
          {"HTTP/1.1 200 OK|Content-Length: 5||hello, more", "head 200 | content hello | complete"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|1;x=y|!|0|T: x||",
           "head 200 | content hello! | complete"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||0||", "head 200 | complete"},
          {"HTTP/1.1 200 OK||hello", "head 200 | content hello | complete at close"},
          {"HTTP/1.0 200 OK||", "head 200 | complete at close"},
          {"HTTP/1.1 103 x|Link: a||HTTP/1.1 100 x||HTTP/1.1 200 OK|Content-Length: 1||x",
           "interim 103 | interim 100 | head 200 | content x | complete"},
          {"HTTP/1.1 101 x|Upgrade: websocket||HTTP/1.1 200 OK||",
           "head 101 | content HTTP/1.1 200 OK\r\n\r\n | complete at close"},
      });
}

TEST(HttpCodec, SwallowsContentThatMustNotBe) {
  expect_events(make,
                {
                    {"HTTP/1.1 200 OK|Content-Length: 5||", "head 200 | complete", true},
                    {"HTTP/1.1 200 OK|Content-Length: 5||hello", "head 200 | complete", true},
                    {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||", "head 200 | complete", true},
                    {"HTTP/1.1 200 OK||", "head 200 | complete", true},
                    {"HTTP/1.1 204 x|Content-Length: 5||hello", "head 204 | complete"},
                    {"HTTP/1.1 204 x|Transfer-Encoding: chunked||0||", "head 204 | complete"},
                    {"HTTP/1.1 304 x|Content-Length: 5||", "head 304 | complete"},
                    {"HTTP/1.1 103 x||HTTP/1.1 304 x||", "interim 103 | head 304 | complete"},
                });
}

TEST(HttpCodec, NeverTakesACutAnswerForAWholeOne) {
  expect_events(
      make,
      {
          {"", "error at close"},
          {"HTTP/1.1", "error at close"},
          {"HTTP/1.1 200 OK|Content-Length: 5|", "error at close"},
          {"HTTP/1.1 103 x||", "interim 103 | error at close"},
          {"HTTP/1.1 200 OK|Content-Length: 5||", "head 200 | error at close"},
          {"HTTP/1.1 200 OK|Content-Length: 5||hell", "head 200 | content hell | error at close"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||", "head 200 | error at close"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hel",
           "head 200 | content hel | error at close"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|",
           "head 200 | content hello | error at close"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|0|",
           "head 200 | content hello | error at close"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello|0|T: x|\r",
           "head 200 | content hello | error at close"},
      });
}

TEST(HttpCodec, RefusesBrokenAnswers) {
  expect_events(
      make,
      {
          {"hello||", "error"},
          {"HTTP/1.1 200 OK|Content-Length: 5|Transfer-Encoding: chunked||0||", "error"},
          {"HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 6||hello", "error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||x|", "head 200 | error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||5|hello!|",
           "head 200 | content hello | error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||1|x|FFFFFFFFFFFFFFFF|x",
           "head 200 | content x | error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||11111111111111111|", "head 200 | error"},
      });
  std::string endless;
  for (int i = 0; i < 33; ++i) endless += "HTTP/1.1 103 x\r\n\r\n";
  EXPECT_TRUE(tell(make, endless).events.ends_with("interim 103 | error"));
}

TEST(HttpCodec, KnowsWhenTheConnectionMayBeUsedAgain) {
  struct Case {
    std::string_view input;
    bool reusable;
    bool head_only = false;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"HTTP/1.1 200 OK|Content-Length: 1||x", true},
           {"HTTP/1.1 200 OK|Content-Length: 0||", true},
           {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||0||", true},
           {"HTTP/1.1 204 No Content||", true},
           {"HTTP/1.1 200 OK|Content-Length: 5||", true, true},
           {"HTTP/1.0 200 OK|Connection: keep-alive|Content-Length: 1||x", true},
           {"HTTP/1.1 103 x|Connection: close||HTTP/1.1 204 x||", true},
           {"HTTP/1.0 200 OK|Content-Length: 1||x", false},
           {"HTTP/1.1 200 OK|Connection: close|Content-Length: 1||x", false},
           {"HTTP/1.1 200 OK|Content-Length: 1||xy", false},
           {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||0||x", false},
           {"HTTP/1.1 200 OK|Content-Length: 5||hello", false, true},
           {"HTTP/1.1 204 No Content||x", false},
           {"HTTP/1.1 200 OK||x", false},
           {"HTTP/1.1 101 x||x", false},
           {"HTTP/1.1 200 OK|Content-Length: 5||x", false},
       }) {
    SCOPED_TRACE(each.input);
    EXPECT_EQ(tell(make, with_line_ends(each.input), each.head_only).reusable, each.reusable);
  }
}

TEST(HttpCodec, ReadsOneAnswerAfterAnother) {
  HttpCodec codec;
  const std::string first = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nA: b\r\n\r\nx";
  const std::string second = "HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n";
  codec.expect(false);
  Teller one(codec, first);
  EXPECT_FALSE(one.give(first.size()));
  EXPECT_TRUE(codec.reusable());
  codec.expect(false);
  EXPECT_FALSE(codec.reusable());
  Teller two(codec, second);
  EXPECT_FALSE(two.give(second.size()));
  EXPECT_EQ(two.told.events, "head 404 | complete");
  EXPECT_EQ(two.told.fields, "");
}

TEST(HttpCodec, GivesContentAsAViewOfTheInput) {
  HttpCodec codec;
  codec.expect(false);
  const std::string_view input =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
  const auto head = codec.decode(input);
  ASSERT_TRUE(head);
  const auto content = codec.decode(input.substr(head->consumed));
  ASSERT_TRUE(content);
  EXPECT_EQ(content->content.data(), input.data() + input.find("hello"));
}

}  // namespace
}  // namespace frontis::upstream
