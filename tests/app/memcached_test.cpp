#include "app/memcached.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "asked.h"

namespace frontis::app {
namespace {

TEST(MemcachedKey, FillsInThePattern) {
  struct Case {
    int line;
    std::string_view pattern, request, expected;
  };
  const Case cases[] = {
      {__LINE__, "page:$uri", "GET /a/b?c=d HTTP/1.1", "page:/a/b?c=d"},
      {__LINE__, "$uri", "GET /a%20b? HTTP/1.1", "/a%20b?"},
      {__LINE__, "$path", "GET /a/b?c=d HTTP/1.1", "/a/b"},
      {__LINE__, "$path", "GET /a%20b HTTP/1.1", "/a%20b"},
      {__LINE__, "$path", "GET /a%2520b HTTP/1.1", "/a%2520b"},
      {__LINE__, "$path", "GET /a%0d%0aset%20x HTTP/1.1", "/a%0D%0Aset%20x"},
      {__LINE__, "$path", "GET /%7f%c3%a4 HTTP/1.1", "/%7F\xc3\xa4"},
      {__LINE__, "$host$path", "GET /a HTTP/1.1", "example.org:81/a"},
      {__LINE__, "a b\t$uri%", "GET / HTTP/1.1", "a%20b%09/%"},
      {__LINE__, "$", "GET / HTTP/1.1", "$"},
      {__LINE__, "$ur$other", "GET / HTTP/1.1", "$ur$other"},
      {__LINE__, "$uri$uri", "GET http://example.org/x HTTP/1.1", "/x/x"},
      {__LINE__, "", "GET / HTTP/1.1", "none"},
  };
  for (const Case& test : cases) {
    const Asked asked(test.request);
    EXPECT_EQ(memcached_key(test.pattern, "Example.ORG:81", asked.get()).value_or("none"),
              test.expected)
        << "line " << test.line;
  }
}

TEST(MemcachedKey, HasAtMostAsManyBytesAsMemcachedTakes) {
  const Asked longest("GET /" + std::string(249, 'x') + " HTTP/1.1");
  const Asked longer("GET /" + std::string(250, 'x') + " HTTP/1.1");
  const Asked encoded("GET /" + std::string(249, 'x') + "%20 HTTP/1.1");
  EXPECT_TRUE(memcached_key("$uri", "", longest.get()));
  EXPECT_FALSE(memcached_key("$uri", "", longer.get()));
  EXPECT_FALSE(memcached_key("$path", "", encoded.get()));
}

TEST(MemcachedGet, IsOneLine) { EXPECT_EQ(memcached_get("a"), "get a\r\n"); }

// Reads `input` in pieces that end at `cuts`, as a connection would: "miss", "hit 3: value" with
// what was left over, "error", or "more".
std::string outcome(std::string_view input, std::size_t piece) {
  MemcachedAnswer answer("key");
  std::string out;
  std::string value;
  std::size_t done = 0;
  for (std::size_t end = std::min(piece, input.size());;) {
    const auto step = answer.decode(input.substr(done, end - done));
    if (!step) {
      return step.error().kind == ErrorKind::content_too_large ? "too large" : "error";
    }
    EXPECT_LE(step->consumed, end - done);
    done += step->consumed;
    using enum MemcachedAnswer::Event;
    const std::string rest = " | " + std::string(input.substr(done));
    if (step->event == miss) return "miss" + rest;
    if (step->event == hit) {
      out = "hit " + std::to_string(answer.flags()) + " " + std::to_string(answer.length()) + " ";
    }
    if (step->event == content) value += step->content;
    if (step->event == complete) return out + value + rest;
    if (step->event != none) continue;
    if (end == input.size()) return "more";
    end = std::min(end + piece, input.size());
  }
}

TEST(MemcachedAnswer, IsTheSameHoweverItComes) {
  struct Case {
    int line;
    std::string input, expected;
  };
  const std::vector<Case> cases{
      {__LINE__, "END\r\n", "miss | "},
      {__LINE__, "END\r\nmore", "miss | more"},
      {__LINE__, "VALUE key 0 5\r\nhello\r\nEND\r\n", "hit 0 5 hello | "},
      {__LINE__, "VALUE key 4294967295 5\r\nhello\r\nEND\r\nX", "hit 4294967295 5 hello | X"},
      {__LINE__, "VALUE key 16 0\r\n\r\nEND\r\n", "hit 16 0  | "},
      {__LINE__, "VALUE key 0 9\r\n\r\nEND\r\n\r\n\r\nEND\r\n", "hit 0 9 \r\nEND\r\n\r\n | "},
      {__LINE__, "VALUE key 0 5\r\nhello\r\nEND\r", "more"},
      {__LINE__, "VALUE key 0 5\r\nhel", "more"},
      {__LINE__, "VALUE key 0 8388608\r\n", "more"},
      {__LINE__, "", "more"},
      {__LINE__, "VALUE key 0 8388609\r\n", "too large"},
      {__LINE__, "VALUE key 0 99999999999999999999\r\n", "error"},
      {__LINE__, "VALUE key 4294967296 5\r\n", "error"},
      {__LINE__, "VALUE other 0 5\r\nhello\r\nEND\r\n", "error"},
      {__LINE__, "VALUE key 0\r\n", "error"},
      {__LINE__, "VALUE key 0 5 7\r\n", "error"},
      {__LINE__, "VALUE key -1 5\r\n", "error"},
      {__LINE__, "VALUE key 0 -5\r\n", "error"},
      {__LINE__, "VALUE key  0 5\r\n", "error"},
      {__LINE__, "VALUE key 0 5\r\nhello\r\nVALUE key 0 5\r\n", "error"},
      {__LINE__, "VALUE key 0 5\r\nhello world\r\nEND\r\n", "error"},
      {__LINE__, "ERROR\r\n", "error"},
      {__LINE__, "CLIENT_ERROR line too long\r\n", "error"},
      {__LINE__, "SERVER_ERROR out of memory\r\n", "error"},
      {__LINE__, "end\r\n", "error"},
      {__LINE__, "\r\n", "error"},
      {__LINE__, "HTTP/1.1 400 Bad Request\r\n\r\n", "error"},
      {__LINE__, std::string(512, 'x'), "error"},
      {__LINE__, std::string(511, 'x'), "more"},
      {__LINE__, std::string(600, 'x') + "\r\n", "error"},
  };
  for (const Case& test : cases) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{10'000}}) {
      EXPECT_EQ(outcome(test.input, piece), test.expected)
          << "line " << test.line << ", pieces of " << piece;
    }
  }
}

}  // namespace
}  // namespace frontis::app
