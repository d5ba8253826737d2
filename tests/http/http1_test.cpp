#include "http/http1.h"

#include <gtest/gtest.h>

#include <string>

#include "http1_reading.h"

namespace frontis::http {
namespace {

using namespace std::string_view_literals;

TEST(HeadParser, SkipsAFewEmptyLinesBeforeTheRequest) {
  expect_outcomes({
      {"|GET / HTTP/1.1|Host: a||", "GET / @a"},
      {"||||||||GET / HTTP/1.1|Host: a||", "GET / @a"},
      {"|||||||||GET / HTTP/1.1|Host: a||", "bad_request"},
      {"\nGET / HTTP/1.1|Host: a||", "bad_request"},
      {"|\nGET / HTTP/1.1|Host: a||", "bad_request"},
      {"\rGET / HTTP/1.1|Host: a||", "bad_request"},
      {"\r\r\nGET / HTTP/1.1|Host: a||", "bad_request"},
      {" |GET / HTTP/1.1|Host: a||", "bad_request"},
      {"", "more"},
      {"\r", "more"},
      {"|", "more"},
      {"||||||||", "more"},
      {"||||||||\r", "more"},
  });
}

TEST(HeadParser, HasBegunWithTheFirstByteThatIsNotAnEmptyLine) {
  const config::Limits limits;
  HeadParser parser(limits);
  Request request;
  std::string input;
  for (const char c : "\r\n\r\n"sv) {
    input += c;
    EXPECT_EQ(parser.parse(input, request), 0U);
    EXPECT_FALSE(parser.has_begun());
  }
  input += 'G';
  EXPECT_EQ(parser.parse(input, request), 0U);
  EXPECT_TRUE(parser.has_begun());
  parser.reset();
  EXPECT_FALSE(parser.has_begun());
}

TEST(HeadParser, RefusesWhatCannotBeginARequestAtItsFirstByte) {
  expect_outcomes({
      {"\x16\x03\x01", "bad_request"},  // a TLS client
      {"\0"sv, "bad_request"},
      {"\x80", "bad_request"},
      {"{", "bad_request"},
      {":", "bad_request"},
  });
}

TEST(HeadParser, WantsFieldsOfANameAColonAndAValue) {
  expect_outcomes({
      {"GET / HTTP/1.1|Host:a||", "GET / @a"},
      {"GET / HTTP/1.1|Host:  \t a \t ||", "GET / @a"},
      {"GET / HTTP/1.1|HOST: a||", "GET / @a"},
      {"GET / HTTP/1.1|hOsT: a||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|X:||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|X: ||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|X: :||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|X::||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|X: a\tb||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|X: \xc3\xa9\x80\xff||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|!#$%&'*+-.^_`~0aZ: x||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|: x||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|:||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X x||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X : x||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X\t: x||", "bad_request"},
      {"GET / HTTP/1.1|Host : a||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X(: x||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|\"X\": x||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X@Y: x||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X/Y: x||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X Y: x||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|\xc3\xa9: x||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X\x7f: x||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X\0: x||"sv, "bad_request"},
      {"GET / HTTP/1.1|Host: a|\0||"sv, "bad_request"},
      {"GET / HTTP/1.1|Host: a|GET / HTTP/1.1||", "bad_request"},
  });
}

TEST(HeadParser, RefusesControlBytesInValues) {
  expect_outcomes({
      {"GET / HTTP/1.1|Host: a|X: a\0b||"sv, "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: \0||"sv, "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: a\x01||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: a\x08||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: a\vb||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: a\fb||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: a\x1b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: a\x1f||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: a\x7f||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: 0123456789abcdef0123456789abcdef0\x01 123||", "bad_request"},
      {"GET / HTTP/1.1|Host: a\0||"sv, "bad_request"},
  });
}

TEST(HeadParser, RefusesEveryLineEndThatIsNotCrlf) {
  expect_outcomes({
      {"GET / HTTP/1.1|Host: a\n|", "bad_request"},
      {"GET / HTTP/1.1|Host: a\n\n", "bad_request"},
      {"GET / HTTP/1.1|Host: a|\n", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: b\nY: c||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X\n: b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X:\n b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|\nX: b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: b\rY: c||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: b\r\r\n|", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X:\r b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X\r: b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|\rX: b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|\r\r\n", "bad_request"},
      {"GET / HTTP/1.1|\nHost: a||", "bad_request"},
  });
}

TEST(HeadParser, RefusesFoldedAndIndentedFields) {
  expect_outcomes({
      {"GET / HTTP/1.1|Host: a|X: b| c||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: b|\tc||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: b| ||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X:| b||", "bad_request"},
      {"GET / HTTP/1.1| Host: a||", "bad_request"},
      {"GET / HTTP/1.1|\tHost: a||", "bad_request"},
      {"GET / HTTP/1.1| |Host: a||", "bad_request"},
      {"GET / HTTP/1.1|Host:| a||", "bad_request"},
  });
}

TEST(HeadParser, WantsOneGoodHost) {
  expect_outcomes({
      {"GET / HTTP/1.1|Host: example.org||", "GET / @example.org"},
      {"GET / HTTP/1.1|Host: example.org:8080||", "GET / @example.org:8080"},
      {"GET / HTTP/1.1|Host: example.org:||", "GET / @example.org"},
      {"GET / HTTP/1.1|Host: EXAMPLE.org||", "GET / @EXAMPLE.org"},
      {"GET / HTTP/1.1|Host: 127.0.0.1:1||", "GET / @127.0.0.1:1"},
      {"GET / HTTP/1.1|Host: [::1]||", "GET / @[::1]"},
      {"GET / HTTP/1.1|Host: [::1]:65535||", "GET / @[::1]:65535"},
      {"GET / HTTP/1.1|Host: a_b||", "GET / @a_b"},
      {"GET / HTTP/1.1|Host: a%41||", "GET / @a%41"},
      {"GET / HTTP/1.0|Host: a||", "GET / @a 1.0 close"},
      {"GET / HTTP/1.0||", "GET / 1.0 close"},
      {"GET / HTTP/1.1||", "bad_request"},
      {"GET / HTTP/1.1|X-Host: a||", "bad_request"},
      {"GET / HTTP/1.1|Hos: a||", "bad_request"},
      {"GET / HTTP/1.1|Host:||", "bad_request"},
      {"GET / HTTP/1.1|Host: ||", "bad_request"},
      {"GET / HTTP/1.1|Host: :80||", "bad_request"},
      {"GET / HTTP/1.0|Host:||", "bad_request"},
      {"OPTIONS * HTTP/1.1|Host:||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|Host: a||", "bad_request"},
      {"GET / HTTP/1.1|Host: a|X: y|host: b||", "bad_request"},
      {"GET / HTTP/1.0|Host: a|Host: a||", "bad_request"},
      {"GET / HTTP/1.1|Host: a, b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a b||", "bad_request"},
      {"GET / HTTP/1.1|Host: [::1||", "bad_request"},
      {"GET / HTTP/1.1|Host: ::1||", "bad_request"},
      {"GET / HTTP/1.1|Host: [::1]]||", "bad_request"},
      {"GET / HTTP/1.1|Host: [::1]a||", "bad_request"},
      {"GET / HTTP/1.1|Host: [::g]||", "bad_request"},
      {"GET / HTTP/1.1|Host: a:b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a:80:90||", "bad_request"},
      {"GET / HTTP/1.1|Host: a:65536||", "bad_request"},
      {"GET / HTTP/1.1|Host: a:-1||", "bad_request"},
      {"GET / HTTP/1.1|Host: a:+1||", "bad_request"},
      {"GET / HTTP/1.1|Host: a: 80||", "bad_request"},
      {"GET / HTTP/1.1|Host: u@a||", "bad_request"},
      {"GET / HTTP/1.1|Host: a%zz||", "bad_request"},
      {"GET / HTTP/1.1|Host: a%||", "bad_request"},
      {"GET / HTTP/1.1|Host: a/b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a?b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a#b||", "bad_request"},
      {"GET / HTTP/1.1|Host: a\\b||", "bad_request"},
      {"GET / HTTP/1.1|Host: http://a||", "bad_request"},
      {"GET / HTTP/1.1|Host: \"a\"||", "bad_request"},
      {"GET / HTTP/1.1|Host: <a>||", "bad_request"},
      {"GET / HTTP/1.1|Host: \xc3\xa9||", "bad_request"},
  });
}

TEST(HeadParser, ReadsContentLengthAsOneNumber) {
  expect_outcomes({
      {"POST / HTTP/1.1|Host: a|Content-Length: 5||", "POST / @a length=5"},
      {"POST / HTTP/1.1|Host: a|content-length:5||", "POST / @a length=5"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 0||", "POST / @a"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 0005||", "POST / @a length=5"},
      {"GET / HTTP/1.1|Host: a|Content-Length: 5||", "GET / @a length=5"},
      {"POST / HTTP/1.0|Content-Length: 5||", "POST / 1.0 close length=5"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 5|Content-Length: 5||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 5|Content-Length: 6||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 0|Content-Length: 0||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 5, 5||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 5,||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length:||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: -5||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: +5||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 0x5||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 5.0||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 5e1||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 5 5||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: five||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: \xb2||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: \"5\"||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 18446744073709551616||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 99999999999999999999999||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length : 5||", "bad_request"},
  });
}

TEST(HeadParser, RefusesABodyOverItsLimitWhenTheLengthSaysSo) {
  config::Limits limits;
  limits.body = 100;
  expect_outcomes(
      {
          {"POST / HTTP/1.1|Host: a|Content-Length: 100||", "POST / @a length=100"},
          {"POST / HTTP/1.1|Host: a|Content-Length: 101||", "content_too_large"},
          {"POST / HTTP/1.1|Host: a|Content-Length: 18446744073709551615||", "content_too_large"},
          {"POST / HTTP/1.1|Content-Length: 101||", "bad_request"},
      },
      limits);
}

TEST(HeadParser, KnowsNoTransferCodingButChunkedAndWantsItAlone) {
  expect_outcomes({
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked||", "POST / @a chunked"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: Chunked||", "POST / @a chunked"},
      {"POST / HTTP/1.1|Host: a|TRANSFER-ENCODING:CHUNKED||", "POST / @a chunked"},
      {"GET / HTTP/1.1|Host: a|Transfer-Encoding: chunked||", "GET / @a chunked"},
      {"POST / HTTP/1.0|Transfer-Encoding: chunked||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Content-Length: 5||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 5|Transfer-Encoding: chunked||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 0|Transfer-Encoding: chunked||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Transfer-Encoding: chunked||",
       "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked, chunked||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked, identity||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: gzip||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: identity||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: xchunked||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: chunkedx||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked;q=1||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked,||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: ,chunked||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: \"chunked\"||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding:||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding: \vchunked||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding : chunked||", "bad_request"},
      {"POST / HTTP/1.1|Host: a|Transfer-Encoding:| chunked||", "bad_request"},
  });
}

TEST(HeadParser, MeetsNoExpectationButContinue) {
  expect_outcomes({
      {"POST / HTTP/1.1|Host: a|Content-Length: 5|Expect: 100-continue||",
       "POST / @a length=5 continue"},
      {"POST / HTTP/1.1|Host: a|Expect: 100-Continue|Transfer-Encoding: chunked||",
       "POST / @a chunked continue"},
      {"POST / HTTP/1.1|Host: a|Content-Length: 0|Expect: 100-continue||", "POST / @a"},
      {"GET / HTTP/1.1|Host: a|Expect: 100-continue||", "GET / @a"},
      {"POST / HTTP/1.0|Content-Length: 5|Expect: 100-continue||", "POST / 1.0 close length=5"},
      {"POST / HTTP/1.1|Host: a|Expect: 101-continue||", "expectation_failed"},
      {"POST / HTTP/1.1|Host: a|Expect: 100-continue, x||", "expectation_failed"},
      {"POST / HTTP/1.1|Host: a|Expect:||", "expectation_failed"},
      {"POST / HTTP/1.1|Host: a|Expect: 100-continue|Expect: x||", "expectation_failed"},
      {"POST / HTTP/1.0|Expect: x||", "expectation_failed"},
  });
}

TEST(HeadParser, KeepsTheConnectionAsTheClientAndItsVersionSay) {
  expect_outcomes({
      {"GET / HTTP/1.1|Host: a|Connection: keep-alive||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|Connection: close||", "GET / @a close"},
      {"GET / HTTP/1.1|Host: a|Connection: Close||", "GET / @a close"},
      {"GET / HTTP/1.1|Host: a|Connection: x, close||", "GET / @a close"},
      {"GET / HTTP/1.1|Host: a|Connection: close,x||", "GET / @a close"},
      {"GET / HTTP/1.1|Host: a|Connection: ,, close ,||", "GET / @a close"},
      {"GET / HTTP/1.1|Host: a|Connection: x|Connection: close||", "GET / @a close"},
      {"GET / HTTP/1.1|Host: a|Connection: keep-alive, close||", "GET / @a close"},
      {"GET / HTTP/1.1|Host: a|Connection: closed||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|Connection: upgrade||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|Connection:||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|Connection: ,||", "GET / @a"},
      {"GET / HTTP/1.1|Host: a|Proxy-Connection: close||", "GET / @a"},
      {"GET / HTTP/1.0|Connection: keep-alive||", "GET / 1.0"},
      {"GET / HTTP/1.0|Connection: Keep-Alive||", "GET / 1.0"},
      {"GET / HTTP/1.0|Connection: x, keep-alive||", "GET / 1.0"},
      {"GET / HTTP/1.0|Connection: keep-alive, close||", "GET / 1.0 close"},
      {"GET / HTTP/1.0|Connection: close||", "GET / 1.0 close"},
      {"GET / HTTP/1.0|Connection: x||", "GET / 1.0 close"},
  });
}

std::string head_with_line_of(std::size_t length) {
  const std::string_view around = "GET / HTTP/1.1";
  return "GET /" + std::string(length - around.size(), 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

TEST(HeadParser, BoundsTheRequestLineToTheByte) {
  config::Limits limits;
  limits.request_line = 100;
  EXPECT_EQ(read_head(head_with_line_of(100), limits).length, 100U + 13);
  EXPECT_EQ(read_head(head_with_line_of(101), limits).outcome, "uri_too_long");
  EXPECT_EQ(read_head(head_with_line_of(3000), limits).outcome, "uri_too_long");
}

TEST(HeadParser, RefusesALongRequestLineBeforeItsEnd) {
  config::Limits limits;
  limits.request_line = 100;
  const std::string line = head_with_line_of(150);
  EXPECT_EQ(read_cut(line, every_byte(101), limits).outcome, "more");
  EXPECT_EQ(read_cut(line, every_byte(102), limits).outcome, "uri_too_long");
  EXPECT_EQ(read_head(std::string(8193, 'A') + "\n").outcome, "not_implemented");
  EXPECT_EQ(read_head(std::string(9000, 'A')).outcome, "not_implemented");
}

// One field of `size` bytes with its CRLF, for lines of fields that must be just so long.
std::string field_of(std::size_t size) { return "X: " + std::string(size - 5, 'a') + "\r\n"; }

TEST(HeadParser, BoundsTheFieldsToTheByte) {
  config::Limits limits;
  limits.headers = 200;
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(read_head(start + field_of(191) + "\r\n", limits).outcome, "GET / @a");
  EXPECT_EQ(read_head(start + field_of(192) + "\r\n", limits).outcome, "headers_too_large");
  EXPECT_EQ(read_head(start + field_of(100) + field_of(91) + "\r\n", limits).outcome, "GET / @a");
  EXPECT_EQ(read_head(start + field_of(100) + field_of(92), limits).outcome, "headers_too_large");
  EXPECT_EQ(read_head(start + field_of(2500), limits).outcome, "headers_too_large");
}

TEST(HeadParser, RefusesLongFieldsBeforeTheirEnd) {
  config::Limits limits;
  limits.headers = 200;
  const std::string start = "GET / HTTP/1.1\r\n";
  const std::string input = start + field_of(250);
  EXPECT_EQ(read_cut(input, every_byte(start.size() + 199), limits).outcome, "more");
  EXPECT_EQ(read_cut(input, every_byte(start.size() + 200), limits).outcome, "headers_too_large");
}

TEST(HeadParser, BoundsTheNumberOfFields) {
  config::Limits limits;
  limits.header_fields = 3;
  expect_outcomes(
      {
          {"GET / HTTP/1.1|Host: a|X: b|Y: c||", "GET / @a"},
          {"GET / HTTP/1.1|Host: a|X: b|Y: c|Z: d||", "headers_too_large"},
          {"GET / HTTP/1.1|X: b|X: b|X: b|X: b|", "headers_too_large"},
      },
      limits);
}

TEST(HeadParser, HasTheLimitsOfTheSettingsByDefault) {
  EXPECT_EQ(read_head(head_with_line_of(8192)).length, 8192U + 13);
  EXPECT_EQ(read_head(head_with_line_of(8193)).outcome, "uri_too_long");
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 1; i < 100; ++i) many += "X: b\r\n";
  EXPECT_EQ(read_head(many + "\r\n").outcome, "GET / @a");
  EXPECT_EQ(read_head(many + "X: b\r\n\r\n").outcome, "headers_too_large");
}

TEST(HeadParser, LeavesWhatFollowsAlone) {
  const std::string first = "\r\nPOST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n";
  const std::string second = "GET /b HTTP/1.0\r\n\r\n";
  const std::string input = first + "hi" + second;
  const config::Limits limits;
  HeadParser parser(limits);
  Request request;
  ASSERT_EQ(parser.parse(input, request), first.size());
  EXPECT_EQ(describe(request), "POST /a @a length=2");

  parser.reset();
  ASSERT_EQ(parser.parse(std::string_view(input).substr(first.size() + 2), request), second.size());
  EXPECT_EQ(describe(request), "GET /b 1.0 close");
  EXPECT_TRUE(request.fields().empty());
}

TEST(HeadParser, RemembersNothingOfTheRequestBefore) {
  const config::Limits limits;
  HeadParser parser(limits);
  Request request;
  const std::string first =
      "OPTIONS * HTTP/1.1\r\nHost: a:1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
      "Connection: close\r\n\r\n";
  ASSERT_EQ(parser.parse(first, request), first.size());
  parser.reset();
  const std::string second = "GET /%41?q HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\n\r\n";
  ASSERT_EQ(parser.parse(second, request), second.size());
  EXPECT_EQ(describe(request), "GET /A?q @b length=3");
  parser.reset();
  const std::string third = "GET / HTTP/1.1\r\nHost: c\r\n\r\n";
  ASSERT_EQ(parser.parse(third, request), third.size());
  EXPECT_EQ(describe(request), "GET / @c");
}

TEST(HeadParser, FindsFieldsByNameInOrderAndWithoutTheSpaceAround) {
  const std::string input =
      "GET / HTTP/1.1\r\nHost: a\r\nACCEPT-encoding: \t gzip, br \t\r\nX-One: 1\r\n"
      "accept-encoding: zstd\r\nx-empty:\r\n\r\n";
  const config::Limits limits;
  HeadParser parser(limits);
  Request request;
  ASSERT_EQ(parser.parse(input, request), input.size());
  ASSERT_EQ(request.fields().size(), 5U);
  EXPECT_EQ(request.find(FieldName::accept_encoding), "gzip, br");
  EXPECT_EQ(request.find("x-one"), "1");
  EXPECT_EQ(request.find("X-Empty"), "");
  EXPECT_EQ(request.find("x-none"), std::nullopt);
  EXPECT_EQ(request.name(request.fields()[1]), "ACCEPT-encoding");
  std::string scratch;
  EXPECT_EQ(request.combined(FieldName::accept_encoding, scratch), "gzip, br, zstd");
}

TEST(HeadParser, SaysWhatWasAskedEvenWhenItRefuses) {
  const std::string input = "GET /page HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n";
  const config::Limits limits;
  HeadParser parser(limits);
  Request request;
  EXPECT_FALSE(parser.parse(input, request));
  EXPECT_EQ(request.target(), "/page");
}

// The bound of a dripping head is its deadline, not the square of its length.
TEST(HeadParser, TakesAHeadAtTheLimitsByteByByte) {
  std::string input = "GET / HTTP/1.1\r\nHost: a\r\n";
  while (input.size() < 15000) input += field_of(500);
  const config::Limits limits;
  HeadParser parser(limits);
  Request request;
  input += "\r\n";
  for (std::size_t size = 1; size < input.size(); ++size) {
    ASSERT_EQ(parser.parse(std::string_view(input).substr(0, size), request), 0U);
  }
  EXPECT_EQ(parser.parse(input, request), input.size());
}

}  // namespace
}  // namespace frontis::http
