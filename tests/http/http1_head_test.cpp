#include "http/http1_head.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace frontis::http {
namespace {

constexpr std::string_view date = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view expires = "Mon, 07 Nov 1994 08:49:37 GMT";

std::string head_of(int status, const HeadFraming& framing) {
  std::string out;
  append_head(out, {.status = status, .date = date}, framing);
  return out;
}

// The lines between the Date, which is always there, and the end.
std::string framing_of(int status, const HeadFraming& framing) {
  const std::string head = head_of(status, framing);
  const std::string_view before = "GMT\r\n";
  const std::size_t start = head.find(before) + before.size();
  return head.substr(start, head.size() - start - 2);
}

TEST(ResponseHead, IsStatusDateExpiresFramingAndFieldsInThatOrder) {
  HeaderBlock fields;
  fields.add("Content-Type", "text/css").add("ETag", "\"x\"");
  std::string out = "before";
  append_head(out, {.status = 200, .date = date, .expires = expires, .fields = &fields},
              {.keep_alive = false, .content_length = 1234});
  EXPECT_EQ(out,
            "beforeHTTP/1.1 200 OK\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Expires: Mon, 07 Nov 1994 08:49:37 GMT\r\n"
            "Connection: close\r\n"
            "Content-Length: 1234\r\n"
            "Content-Type: text/css\r\n"
            "ETag: \"x\"\r\n"
            "\r\n");
}

TEST(ResponseHead, NeedsNoFields) {
  EXPECT_EQ(head_of(404, {.content_length = 0}),
            "HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 0\r\n\r\n");
}

TEST(ResponseHead, HasTheFramingThatTheConnectionNeeds) {
  struct Case {
    std::string_view name;
    HeadFraming framing;
    std::string_view lines;
  };
  const std::vector<Case> cases{
      {"1.1 with a length", {.content_length = 5}, "Content-Length: 5\r\n"},
      {"1.1 without", {}, "Transfer-Encoding: chunked\r\n"},
      {"1.1 closing",
       {.keep_alive = false, .content_length = 5},
       "Connection: close\r\nContent-Length: 5\r\n"},
      {"1.1 closing without a length",
       {.keep_alive = false},
       "Connection: close\r\nTransfer-Encoding: chunked\r\n"},
      {"1.0 kept alive",
       {.http10 = true, .content_length = 5},
       "Connection: keep-alive\r\nContent-Length: 5\r\n"},
      {"1.0 closing",
       {.http10 = true, .keep_alive = false, .content_length = 5},
       "Connection: close\r\nContent-Length: 5\r\n"},
      {"1.0 until close", {.http10 = true}, "Connection: close\r\n"},
      {"a length of 64 bits",
       {.content_length = std::numeric_limits<std::uint64_t>::max()},
       "Content-Length: 18446744073709551615\r\n"},
      {"no body", {.content_length = 5, .has_body = false}, ""},
      {"no body, 1.0 kept alive",
       {.http10 = true, .has_body = false},
       "Connection: keep-alive\r\n"},
      {"no body, closing", {.keep_alive = false, .has_body = false}, "Connection: close\r\n"},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    EXPECT_EQ(framing_of(each.framing.has_body ? 200 : 304, each.framing), each.lines);
  }
}

TEST(ResponseHead, EndsTheConnectionWhenOnlyThatEndsTheBody) {
  EXPECT_FALSE(ends_connection({}));
  EXPECT_TRUE(ends_connection({.keep_alive = false}));
  EXPECT_TRUE(ends_connection({.http10 = true}));
  EXPECT_FALSE(ends_connection({.http10 = true, .content_length = 0}));
  EXPECT_FALSE(ends_connection({.http10 = true, .has_body = false}));
}

TEST(ResponseHead, NeedsNoMemoryOnceTheBufferHasHeldAHead) {
  std::string out;
  append_head(out, {.date = date}, {.content_length = 1});
  const char* const before = out.data();
  out.clear();
  append_head(out, {.date = date}, {.content_length = 1});
  EXPECT_EQ(out.data(), before);
}

TEST(Chunk, IsFramedByItsSizeInHexadecimal) {
  std::string out;
  append_chunk_head(out, 1);
  append_chunk_head(out, 0x1a2b);
  EXPECT_EQ(out, "1\r\n1a2b\r\n");
}

TEST(ChunkDeathTest, OfNoBytesWouldEndTheBody) {
  std::string out;
  EXPECT_DEATH(append_chunk_head(out, 0), "");
}

TEST(AppendInterim, WritesAHeadWithoutFraming) {
  std::string out = "before";
  append_interim(out, 100, nullptr, {});
  EXPECT_EQ(out, "beforeHTTP/1.1 100 Continue\r\n\r\n");
  HeaderBlock fields;
  fields.add("Upgrade", "websocket").add("A", "b");
  out.clear();
  append_interim(out, 101, &fields, "Connection: upgrade\r\n");
  EXPECT_EQ(out,
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
            "A: b\r\n\r\n");
}

}  // namespace
}  // namespace frontis::http
