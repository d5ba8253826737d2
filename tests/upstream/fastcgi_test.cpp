#include "upstream/fastcgi.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "decoding.h"
#include "made_outgoing.h"
#include "variables.h"

namespace frontis::upstream {
namespace {

std::unique_ptr<Codec> make() { return std::make_unique<FastcgiCodec>(); }

constexpr int end_request = 3;
constexpr int output = 6;
constexpr int errors = 7;

// --- What we send. ---

struct Record {
  std::size_t type;
  std::string content;
};

std::vector<Record> records_of(std::string_view bytes) {
  std::vector<Record> records;
  while (!bytes.empty() && !testing::Test::HasFailure()) {
    const std::string_view head = take(bytes, 8);
    EXPECT_EQ(byte_at(head, 0), 1U);
    EXPECT_EQ(byte_at(head, 2) << 8 | byte_at(head, 3), 1U);
    const std::size_t size = byte_at(head, 4) << 8 | byte_at(head, 5);
    records.push_back({byte_at(head, 1), std::string(take(bytes, size))});
    take(bytes, byte_at(head, 6));
  }
  return records;
}

// The contents of all records of `type`, of which the last has to be empty.
std::string stream_of(const std::vector<Record>& records, std::size_t type) {
  std::string stream;
  bool has_ended = false;
  for (const Record& record : records) {
    if (record.type != type) continue;
    EXPECT_FALSE(has_ended) << "records behind the end of the stream";
    has_ended = record.content.empty();
    stream += record.content;
  }
  EXPECT_TRUE(has_ended);
  return stream;
}

std::size_t take_length(std::string_view& rest) {
  const std::size_t first = byte_at(take(rest, 1), 0);
  if (first < 128) return first;
  const std::string_view others = take(rest, 3);
  return (first & 127) << 24 | byte_at(others, 0) << 16 | byte_at(others, 1) << 8 |
         byte_at(others, 2);
}

Variables variables_of(std::string_view stream) {
  Variables variables;
  while (!stream.empty() && !testing::Test::HasFailure()) {
    const std::size_t name_length = take_length(stream);
    const std::size_t value_length = take_length(stream);
    const std::string_view name = take(stream, name_length);
    variables.emplace_back(name, take(stream, value_length));
  }
  return variables;
}

TEST(FastcgiCodec, BeginsAsAResponderThatKeepsTheConnection) {
  MadeOutgoing made("POST /a%20b?c HTTP/1.1|Host: example.org|Content-Length: 5");
  made.outgoing.content_length = 5;
  std::string out;
  ASSERT_TRUE(FastcgiCodec().begin(made.outgoing, out));
  FastcgiCodec().frame("hello", true, out);
  FastcgiCodec().finish(true, out);
  const std::vector<Record> records = records_of(out);
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records[0].type, 1U);
  EXPECT_EQ(records[0].content, std::string("\0\1\1\0\0\0\0\0", 8));
  const Variables variables = variables_of(stream_of(records, 4));
  EXPECT_EQ(value_of(variables, "REQUEST_METHOD"), "POST");
  EXPECT_EQ(value_of(variables, "PATH_INFO"), "/a b");
  EXPECT_EQ(value_of(variables, "CONTENT_LENGTH"), "5");
  EXPECT_EQ(stream_of(records, 5), "hello");
}

TEST(FastcgiCodec, EndsTheInputThatWasEmptyOrOfUnknownLength) {
  MadeOutgoing made("POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked");
  made.outgoing.content_length.reset();
  std::string out;
  ASSERT_TRUE(FastcgiCodec().begin(made.outgoing, out));
  FastcgiCodec().finish(false, out);
  const std::vector<Record> records = records_of(out);
  EXPECT_EQ(value_of(variables_of(stream_of(records, 4)), "CONTENT_LENGTH"), "none");
  EXPECT_EQ(stream_of(records, 5), "");
}

TEST(FastcgiCodec, WritesLengthsOfOneAndFourBytes) {
  MadeOutgoing made("GET / HTTP/1.1|Host: a");
  config::Headers params;
  for (const std::size_t size : {0U, 1U, 127U, 128U, 255U, 256U, 65535U, 65536U, 200'000U}) {
    params.emplace_back("V" + std::to_string(size), std::string(size, 'v'));
  }
  params.emplace_back(std::string(130, 'N'), "x");
  made.set(params);
  std::string out;
  ASSERT_TRUE(FastcgiCodec().begin(made.outgoing, out));
  const Variables variables = variables_of(stream_of(records_of(out), 4));
  for (const auto& [name, value] : params) EXPECT_EQ(value_of(variables, name), value);
}

TEST(FastcgiCodec, CutsALongBodyIntoRecords) {
  std::string body;
  for (int i = 0; i < 200'000; ++i) body.push_back(static_cast<char>('a' + i % 26));
  std::string out;
  FastcgiCodec().frame(body, true, out);
  FastcgiCodec().finish(true, out);
  EXPECT_EQ(stream_of(records_of(out), 5), body);
}

// --- What we read. ---

std::string record(int type, std::string_view content, std::size_t padding = 0, int id = 1) {
  std::string out{1,
                  static_cast<char>(type),
                  static_cast<char>(id >> 8),
                  static_cast<char>(id & 0xff),
                  static_cast<char>(content.size() >> 8),
                  static_cast<char>(content.size() & 0xff),
                  static_cast<char>(padding),
                  0};
  return out.append(content).append(padding, 'p');
}

std::string out(std::string_view content, std::size_t padding = 0) {
  return record(output, with_line_ends(content), padding);
}

std::string end(int protocol_status = 0, int app_status = 0, std::size_t padding = 0) {
  const std::string content{
      0, 0, 0, static_cast<char>(app_status), static_cast<char>(protocol_status), 0, 0, 0};
  return record(end_request, content, padding);
}

struct Case {
  std::string input;
  std::string_view events;
  bool head_only = false;
};

void expect_told(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    SCOPED_TRACE(testing::PrintToString(each.input.substr(0, 300)));
    const Told told = tell(make, each.input, each.head_only);
    EXPECT_EQ(told.events, each.events) << told.message;
    const bool is_whole = told.events.ends_with("complete");
    EXPECT_EQ(told.reusable, is_whole);
    if (is_whole) {
      EXPECT_EQ(told.consumed, each.input.size());
    }
  }
}

TEST(FastcgiCodec, ReadsAnswers) {
  expect_told({
      {out("Status: 404 x|A: b||hello") + end(), "head 404 | content hello | complete"},
      {out("A: b||") + out("hel") + out("lo") + out("") + end(),
       "head 200 | content hello | complete"},
      {out("A: b|") + out("|hello", 3) + end(0, 0, 5), "head 200 | content hello | complete"},
      {out("A") + out("", 8) + out(": b\n") + out("\nhello") + end(),
       "head 200 | content hello | complete"},
      {out("Content-Length: 5||hello") + end(), "head 200 | content hello | complete"},
      {out("Content-Length: 0||") + end(), "head 200 | complete"},
      {out("A: b||") + end(), "head 200 | complete"},
      {out("Location: /x||") + end(0, 7), "head 302 | complete"},
      {out("HTTP/1.1 201 x|A: b||y") + end(), "head 201 | content y | complete"},
      {out("Status: 103|Link: x||Status: 200||y") + end(),
       "interim 103 | head 200 | content y | complete"},
      {out("Status: 103|Link: x|") + out("|Sta") + out("tus: 200||y") + end(),
       "interim 103 | head 200 | content y | complete"},
  });
}

TEST(FastcgiCodec, ReadsLargeRecords) {
  const std::string large(65535, 'x');
  const std::string input = out("A: b||") + record(output, large, 255) + record(output, large);
  EXPECT_EQ(tell(make, input + end()).events,
            "head 200 | content " + large + large + " | complete");
}

TEST(FastcgiCodec, SwallowsContentThatMustNotBe) {
  expect_told({
      {out("Content-Length: 9||hello") + end(), "head 200 | complete", true},
      {out("A: b||hello") + out("more") + end(), "head 200 | complete", true},
      {out("Status: 204||hello") + end(), "head 204 | complete"},
      {out("Status: 304|Content-Length: 5||") + end(), "head 304 | complete"},
      {out("A: b||hello"), "head 200 | error at close", true},
  });
}

TEST(FastcgiCodec, NeverTakesACutAnswerForAWholeOne) {
  expect_told({
      {"", "error at close"},
      {out("A: b|"), "error at close"},
      {out("A: b|") + end(), "error"},
      {end(), "error"},
      {out("A: b||hello"), "head 200 | content hello | error at close"},
      {out("Content-Length: 5||hello"), "head 200 | content hello | error at close"},
      {out("Content-Length: 5||hello") + out(""), "head 200 | content hello | error at close"},
      {out("Content-Length: 5||hello") + end().substr(0, 15),
       "head 200 | content hello | error at close"},
      {out("Content-Length: 5||hell") + end(), "head 200 | content hell | error"},
      {out("Content-Length: 5||hello!") + end(), "head 200 | content hello | error"},
      {out("Content-Length: 0||") + out("x") + end(), "head 200 | error"},
      {out("A: b||hello").substr(0, 20), "head 200 | content hell | error at close"},
  });
}

TEST(FastcgiCodec, RefusesAnswersThatTheApplicationGaveUp) {
  expect_told({
      {out("A: b||hello") + end(1), "head 200 | content hello | error"},
      {out("A: b||hello") + end(2), "head 200 | content hello | error"},
      {end(2), "error"},
      {end(3), "error"},
      {end(77), "error"},
  });
  EXPECT_NE(tell(make, end(2)).message.find("overloaded"), std::string::npos);
}

TEST(FastcgiCodec, RefusesWhatIsNoAnswer) {
  const std::string head = out("A: b||");
  expect_told({
      {"HTTP/1.1 200 OK\r\n", "error"},
      {std::string("\2\6\0\1\0\0\0\0", 8), "error"},
      {out("hello||"), "error"},
      {out("||"), "error"},
      {out("Status: 101|Upgrade: x||"), "error"},
      {out("Transfer-Encoding: chunked||0||") + end(), "error"},
      {head + record(output, "x", 0, 2), "head 200 | error"},
      {head + record(end_request, "12345678", 0, 257), "head 200 | error"},
      {head + record(1, "12345678"), "head 200 | error"},
      {head + record(5, ""), "head 200 | error"},
      {head + record(99, "x"), "head 200 | error"},
      {head + record(end_request, "1234567"), "head 200 | error"},
      {head + record(end_request, "123456789"), "head 200 | error"},
      {head + record(end_request, ""), "head 200 | error"},
  });
  std::string endless;
  for (int i = 0; i < 33; ++i) endless += out("Status: 103||");
  EXPECT_TRUE(tell(make, endless).events.ends_with("interim 103 | error"));
  const std::string header = record(output, "A: " + std::string(65000, 'x'));
  EXPECT_EQ(tell(make, header + record(output, std::string(600, 'x'))).events, "error");
}

TEST(FastcgiCodec, SkipsRecordsAboutTheConnection) {
  expect_told({
      {record(11, "12345678", 0, 0) + out("A: b||") + record(10, "x", 7, 0) + out("y") + end(),
       "head 200 | content y | complete"},
  });
}

TEST(FastcgiCodec, CollectsWhatTheApplicationComplainsOf) {
  const Told told = tell(make, record(errors, "one\n", 4) + out("A: ") + record(errors, "two\n") +
                                   out("b||x") + record(errors, "") + end());
  EXPECT_EQ(told.events, "head 200 | content x | complete");
  EXPECT_EQ(told.errors, "one\ntwo\n");
  const Told much = tell(make, record(errors, std::string(9000, 'e')) + record(errors, "f"));
  EXPECT_EQ(much.errors, std::string(8192, 'e'));
  EXPECT_EQ(much.events, "error at close");
}

TEST(FastcgiCodec, IsNotReusableWithMoreBehindTheAnswer) {
  const Told told = tell(make, out("A: b||") + end() + out("x"));
  EXPECT_EQ(told.events, "head 200 | complete");
  EXPECT_FALSE(told.reusable);
}

TEST(FastcgiCodec, ReadsOneAnswerAfterAnother) {
  FastcgiCodec codec;
  const std::string first = out("Content-Length: 5||hello") + end();
  const std::string second = out("Status: 404||other") + end();
  codec.expect(false);
  Teller one(codec, first);
  EXPECT_FALSE(one.give(first.size()));
  EXPECT_TRUE(codec.reusable());
  codec.expect(false);
  EXPECT_FALSE(codec.reusable());
  Teller two(codec, second);
  EXPECT_FALSE(two.give(second.size()));
  EXPECT_EQ(two.told.events, "head 404 | content other | complete");
}

TEST(FastcgiCodec, GivesContentAsAViewOfTheInput) {
  FastcgiCodec codec;
  codec.expect(false);
  const std::string input = out("A: b||hello");
  const auto head = codec.decode(input);
  ASSERT_TRUE(head);
  const auto content = codec.decode(std::string_view(input).substr(head->consumed));
  ASSERT_TRUE(content);
  EXPECT_EQ(content->content.data(), input.data() + input.find("hello"));
}

}  // namespace
}  // namespace frontis::upstream
