#include "http/http1_body.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "http1_reading.h"

namespace frontis::http {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

Request chunked_request() {
  Request request;
  request.chunked = true;
  return request;
}

Request counted_request(std::uint64_t length) {
  Request request;
  request.content_length = length;
  return request;
}

struct Decoding {
  std::string outcome;  // "done", "more" or the name of an error
  std::string content;  // what came out before that
  std::size_t consumed = 0;
  friend bool operator==(const Decoding&, const Decoding&) = default;
};

void PrintTo(const Decoding& decoding, std::ostream* out) {
  *out << decoding.outcome << " after '" << decoding.content.substr(0, 200) << "', "
       << decoding.consumed << " bytes taken";
}

// Feeds the pieces that end at `cuts`, each copied to a block of exactly its size.
Decoding decode_cut(const Request& request, std::uint64_t limit, const std::string& input,
                    const std::vector<std::size_t>& cuts) {
  BodyDecoder decoder(request, limit);
  Decoding result{"more", "", 0};
  for (const std::size_t cut : cuts) {
    for (;;) {
      const std::vector<char> piece(input.begin() + static_cast<std::ptrdiff_t>(result.consumed),
                                    input.begin() + static_cast<std::ptrdiff_t>(cut));
      const Result<BodyDecoder::Step> step = decoder.decode({piece.data(), piece.size()});
      // How much of a wrong body was taken before the fault is nobody's business.
      if (!step) return {name_of_kind(step.error().kind), result.content, 0};
      if (step->consumed == 0) break;
      result.consumed += step->consumed;
      result.content.append(step->content);
    }
    if (decoder.is_done()) break;
  }
  if (decoder.is_done()) result.outcome = "done";
  return result;
}

// Decodes `input` whole, byte by byte and in each two pieces, and with more behind it; expects the
// same of all, and returns it.
Decoding decode(const Request& request, const std::string& input, std::uint64_t limit = no_limit) {
  const Decoding whole = decode_cut(request, limit, input, {input.size()});
  EXPECT_EQ(whole, decode_cut(request, limit, input, every_byte(input.size()))) << "byte by byte";
  constexpr std::size_t long_input = 2000;
  const std::size_t stride = input.size() > long_input ? 997 : 1;
  for (std::size_t cut = 0; cut <= input.size(); cut += stride) {
    EXPECT_EQ(whole, decode_cut(request, limit, input, {cut, input.size()})) << "cut at " << cut;
  }
  if (whole.outcome == "done") {
    const std::string more = input + "\r\n5\r\nGET / HTTP/1.1\r\n\r\n";
    EXPECT_EQ(whole, decode_cut(request, limit, more, {more.size()})) << "pipelined";
  }
  return whole;
}

struct BodyCase {
  std::string_view input;  // '|' is CRLF
  std::string_view outcome;
  std::string_view content = {};
};

void expect_chunked(const std::vector<BodyCase>& cases, std::uint64_t limit = no_limit) {
  for (const BodyCase& each : cases) {
    SCOPED_TRACE(each.input);
    const std::string input = with_line_ends(each.input);
    const Decoding decoding = decode(chunked_request(), input, limit);
    EXPECT_EQ(decoding.outcome, each.outcome);
    EXPECT_EQ(decoding.content, each.content);
    if (each.outcome == "done" || each.outcome == "more") {
      EXPECT_EQ(decoding.consumed, input.size());
    }
  }
}

TEST(BodyDecoder, CountsABodyThatHasALength) {
  EXPECT_EQ(decode(counted_request(5), "hello"), (Decoding{"done", "hello", 5}));
  EXPECT_EQ(decode(counted_request(5), "hell"), (Decoding{"more", "hell", 4}));
  EXPECT_EQ(decode(counted_request(5), "hello, you"), (Decoding{"done", "hello", 5}));
  EXPECT_EQ(decode(counted_request(3), "\r\n\0"s), (Decoding{"done", "\r\n\0"s, 3}));
  EXPECT_EQ(decode(counted_request(0), "hello"), (Decoding{"done", "", 0}));
  EXPECT_EQ(decode(counted_request(5), ""), (Decoding{"more", "", 0}));
}

TEST(BodyDecoder, HoldsACountedBodyToTheLimit) {
  EXPECT_EQ(decode(counted_request(5), "hello", 5), (Decoding{"done", "hello", 5}));
  EXPECT_EQ(decode(counted_request(6), "hello!", 5).outcome, "content_too_large");
  EXPECT_EQ(decode(counted_request(1), "", 0).outcome, "content_too_large");
  EXPECT_EQ(decode(counted_request(no_limit), "x", no_limit), (Decoding{"more", "x", 1}));
}

TEST(BodyDecoder, JoinsChunks) {
  expect_chunked({
      {"0||", "done"},
      {"5|hello|0||", "done", "hello"},
      {"5|hello|7|, world|0||", "done", "hello, world"},
      {"1|a|1|b|1|c|0||", "done", "abc"},
      {"a|0123456789|0||", "done", "0123456789"},
      {"A|0123456789|0||", "done", "0123456789"},
      {"1A|abcdefghijklmnopqrstuvwxyz|0||", "done", "abcdefghijklmnopqrstuvwxyz"},
      {"05|hello|0||", "done", "hello"},
      {"0000000000000005|hello|0000000000000000||", "done", "hello"},
      {"000||", "done"},
      {"2|||0||", "done", "\r\n"},
      {"5|0|||0||", "done", "0\r\n\r\n"},
  });
}

TEST(BodyDecoder, WaitsForTheRest) {
  expect_chunked({
      {"", "more"},
      {"5", "more"},
      {"5\r", "more"},
      {"5|", "more"},
      {"5|hel", "more", "hel"},
      {"5|hello", "more", "hello"},
      {"5|hello\r", "more", "hello"},
      {"5|hello|", "more", "hello"},
      {"5|hello|0", "more", "hello"},
      {"5|hello|0|", "more", "hello"},
      {"5|hello|0|\r", "more", "hello"},
      {"0|X: y", "more"},
      {"0|X: y|", "more"},
  });
}

TEST(BodyDecoder, WantsAHexadecimalSize) {
  expect_chunked({
      {"|", "bad_request"},
      {"g|", "bad_request"},
      {"-1|", "bad_request"},
      {"+5|hello|0||", "bad_request"},
      {"0x5|hello|0||", "bad_request"},
      {" 5|hello|0||", "bad_request"},
      {"\t5|hello|0||", "bad_request"},
      {"5 |hello|0||", "bad_request"},
      {"5\t|hello|0||", "bad_request"},
      {"5 5|hello|0||", "bad_request"},
      {"5g|hello|0||", "bad_request"},
      {"5,5|hello|0||", "bad_request"},
      {"5.0|hello|0||", "bad_request"},
      {"5\0|hello|0||"sv, "bad_request"},
      {"\0|"sv, "bad_request"},
      {"5_0|", "bad_request"},
      {";x|", "bad_request"},
      {"\xb5|", "bad_request"},
      {"5|hello||", "bad_request", "hello"},
      {"5|hello|x||", "bad_request", "hello"},
  });
}

TEST(BodyDecoder, RefusesASizeThatDoesNotFit) {
  expect_chunked({
      {"00000000000000005|hello|0||", "bad_request"},
      {"10000000000000000|", "bad_request"},
      {"FFFFFFFFFFFFFFFFF|", "bad_request"},
      {"5|hello|FFFFFFFFFFFFFFFF|", "content_too_large", "hello"},
      {"5|hello|FFFFFFFFFFFFFFFB|", "content_too_large", "hello"},
      {"5|hello|FFFFFFFFFFFFFFFA|x", "more", "hellox"},
      {"FFFFFFFFFFFFFFFF|x", "more", "x"},
  });
}

TEST(BodyDecoder, HoldsAllChunksTogetherToTheLimit) {
  expect_chunked(
      {
          {"5|hello|5|hello|0||", "done", "hellohello"},
          {"A|hellohello|0||", "done", "hellohello"},
          {"B|", "content_too_large"},
          {"5|hello|6|", "content_too_large", "hello"},
          {"A|hellohello|1|x|0||", "content_too_large", "hellohello"},
          {"FFFFFFFFFFFFFFFF|", "content_too_large"},
          {"7FFFFFFFFFFFFFFF|", "content_too_large"},
          {"FFFFx|", "bad_request"},
          {"5|hello|FFFFFFFFFFFFFFFC|", "content_too_large", "hello"},
      },
      10);
}

TEST(BodyDecoder, WantsCrlfBehindSizesAndChunks) {
  expect_chunked({
      {"5\nhello|0||", "bad_request"},
      {"5\rhello|0||", "bad_request"},
      {"5\r\rhello|0||", "bad_request"},
      {"5|hello\n0||", "bad_request", "hello"},
      {"5|hello\r0||", "bad_request", "hello"},
      {"5|hello0||", "bad_request", "hello"},
      {"5|hello!|0||", "bad_request", "hello"},
      {"5|hello |0||", "bad_request", "hello"},
      {"4|hello|0||", "bad_request", "hell"},
      {"6|hello|0||", "bad_request", "hello\r"},
      {"0\n\n", "bad_request"},
      {"0|\n", "bad_request"},
      {"0\n|", "bad_request"},
      {"0|\rX", "bad_request"},
      {"0|\r\r\n", "bad_request"},
  });
}

TEST(BodyDecoder, ChecksAndDropsExtensions) {
  expect_chunked({
      {"5;x|hello|0;y||", "done", "hello"},
      {"5;x=y|hello|0||", "done", "hello"},
      {"5;x=\"a;b c\"|hello|0||", "done", "hello"},
      {"5;x;y=z|hello|0||", "done", "hello"},
      {"5 ;x|hello|0||", "done", "hello"},
      {"5\t ; x = y|hello|0||", "done", "hello"},
      {"5;\xc3\xa9|hello|0||", "done", "hello"},
      {"5;|hello|0||", "done", "hello"},
      {"5;x\n|hello|0||", "bad_request"},
      {"5;x\nhello|0||", "bad_request"},
      {"5;x\ry|hello|0||", "bad_request"},
      {"5;x=\"a\rb\"|hello|0||", "bad_request"},
      {"5;x\0|hello|0||"sv, "bad_request"},
      {"5;x\x01|hello|0||", "bad_request"},
      {"5;x\x7f|hello|0||", "bad_request"},
      {"5 x|hello|0||", "bad_request"},
      {"5  |hello|0||", "bad_request"},
      {"5 =x|hello|0||", "bad_request"},
      {"0;x\n\n", "bad_request"},
  });
}

TEST(BodyDecoder, ChecksAndDropsTrailers) {
  expect_chunked({
      {"0|X: y||", "done"},
      {"0|X:||", "done"},
      {"0|X: \ty\xc3\xa9 ||", "done"},
      {"5|hello|0|X: y|Z: w||", "done", "hello"},
      {"0|Content-Length: 5|Transfer-Encoding: x|Host: y||", "done"},
      {"0|: y||", "bad_request"},
      {"0|X||", "bad_request"},
      {"0|X : y||", "bad_request"},
      {"0| X: y||", "bad_request"},
      {"0|X: y| z||", "bad_request"},
      {"0|X: y|\tz||", "bad_request"},
      {"0|X@: y||", "bad_request"},
      {"0|X: a\nY: b||", "bad_request"},
      {"0|X: a\rb||", "bad_request"},
      {"0|X: a\0||"sv, "bad_request"},
      {"0|X: a\x7f||", "bad_request"},
      {"0|X: a\n\n", "bad_request"},
      {"0|X: a|\n", "bad_request"},
      {"0|X\0: a||"sv, "bad_request"},
      {"0|GET / HTTP/1.1|Host: a||", "bad_request"},
  });
}

std::string chunk_with_extension(std::size_t length) {
  return "1;" + std::string(length - 1, 'x') + "\r\nA\r\n";
}

TEST(BodyDecoder, BoundsExtensions) {
  const Request request = chunked_request();
  const std::string end = "0\r\n\r\n";
  EXPECT_EQ(decode(request, chunk_with_extension(4096) + end).outcome, "done");
  EXPECT_EQ(decode(request, chunk_with_extension(4097) + end).outcome, "bad_request");
  std::string four;
  for (int i = 0; i < 4; ++i) four += chunk_with_extension(4096);
  EXPECT_EQ(decode(request, four + end).outcome, "done");
  EXPECT_EQ(decode(request, four + chunk_with_extension(1) + end).outcome, "bad_request");
  EXPECT_EQ(decode(request, "1" + std::string(5000, ' ')).outcome, "bad_request");
}

// Many small chunks without extensions are a body like any other.
TEST(BodyDecoder, DoesNotBoundTheNumberOfChunks) {
  std::string body;
  for (int i = 0; i < 10'000; ++i) body += "1\r\nA\r\n";
  body += "0\r\n\r\n";
  const Decoding decoding = decode_cut(chunked_request(), no_limit, body, {body.size()});
  EXPECT_EQ(decoding, (Decoding{"done", std::string(10'000, 'A'), body.size()}));
}

TEST(BodyDecoder, BoundsTrailers) {
  const Request request = chunked_request();
  std::string hundred = "0\r\n";
  for (int i = 0; i < 100; ++i) hundred += "X: y\r\n";
  EXPECT_EQ(decode(request, hundred + "\r\n").outcome, "done");
  EXPECT_EQ(decode(request, hundred + "X: y\r\n\r\n").outcome, "bad_request");
  const std::string around = "X:\r\n";
  const auto trailer_of = [&](std::size_t length) {
    return "0\r\nX:" + std::string(length - around.size(), 'y') + "\r\n\r\n";
  };
  EXPECT_EQ(decode(request, trailer_of(16 * 1024)).outcome, "done");
  EXPECT_EQ(decode(request, trailer_of(16 * 1024 + 1)).outcome, "bad_request");
}

TEST(BodyDecoder, SaysHowMuchIsToComeWhereItKnows) {
  BodyDecoder counted(counted_request(5), no_limit);
  EXPECT_EQ(counted.remaining(), 5U);
  ASSERT_TRUE(counted.decode("he"));
  EXPECT_EQ(counted.remaining(), 3U);
  ASSERT_TRUE(counted.decode("llo"));
  EXPECT_EQ(counted.remaining(), 0U);
  EXPECT_TRUE(counted.is_done());

  BodyDecoder chunked(chunked_request(), no_limit);
  EXPECT_EQ(chunked.remaining(), std::nullopt);
  ASSERT_TRUE(chunked.decode("0\r\n\r\n"));
  EXPECT_EQ(chunked.remaining(), 0U);
}

TEST(BodyDecoder, IsDoneAtOnceWithoutABody) {
  const BodyDecoder decoder(counted_request(0), 0);
  EXPECT_TRUE(decoder.is_done());
  EXPECT_EQ(decoder.remaining(), 0U);
}

TEST(BodyDecoder, ReadsBodiesOfAnyMessageWithoutALimitOfItsOwn) {
  EXPECT_TRUE(BodyDecoder::counted(0).is_done());
  BodyDecoder counted = BodyDecoder::counted(no_limit);
  EXPECT_EQ(counted.remaining(), no_limit);
  ASSERT_TRUE(counted.decode("x"));
  EXPECT_EQ(counted.remaining(), no_limit - 1);

  BodyDecoder chunked = BodyDecoder::chunked();
  const Result<BodyDecoder::Step> step = chunked.decode("FFFFFFFFFFFFFFFF\r\nx");
  ASSERT_TRUE(step);
  EXPECT_EQ(step->content, "x");
  EXPECT_FALSE(chunked.is_done());
}

TEST(BodyDecoder, GivesContentAsAViewOfTheInput) {
  const std::string_view input = "5\r\nhello\r\n0\r\n\r\n";
  BodyDecoder decoder(chunked_request(), no_limit);
  const Result<BodyDecoder::Step> step = decoder.decode(input);
  ASSERT_TRUE(step);
  EXPECT_EQ(step->content.data(), input.data() + 3);
  EXPECT_EQ(step->content, "hello");
  EXPECT_EQ(step->consumed, 8U);
}

}  // namespace
}  // namespace frontis::http
