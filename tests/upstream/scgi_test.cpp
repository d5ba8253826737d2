#include "upstream/scgi.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/text.h"
#include "decoding.h"
#include "made_outgoing.h"
#include "variables.h"

namespace frontis::upstream {
namespace {

std::unique_ptr<Codec> make() { return std::make_unique<ScgiCodec>(); }

Variables variables_of(std::string_view netstring) {
  const std::size_t colon = netstring.find(':');
  EXPECT_EQ(parse_decimal(netstring.substr(0, colon)), netstring.size() - colon - 2);
  EXPECT_TRUE(netstring.ends_with(std::string_view("\0,", 2)));
  std::string_view rest = netstring.substr(colon + 1, netstring.size() - colon - 2);
  Variables variables;
  while (!rest.empty()) {
    const std::string_view name = take(rest, rest.find('\0'));
    take(rest, 1);
    const std::string_view value = take(rest, rest.find('\0'));
    take(rest, 1);
    variables.emplace_back(name, value);
  }
  return variables;
}

TEST(ScgiCodec, SendsTheVariablesInOneNetstring) {
  MadeOutgoing made("POST /a%20b?c HTTP/1.1|Host: example.org|Content-Length: 5");
  made.outgoing.content_length = 5;
  made.set({{"SCGI", "2"}, {"EMPTY", ""}});
  std::string out;
  ASSERT_TRUE(ScgiCodec().begin(made.outgoing, out));
  const Variables variables = variables_of(out);
  EXPECT_EQ(variables[0], std::pair(std::string("CONTENT_LENGTH"), std::string("5")));
  EXPECT_EQ(variables[1], std::pair(std::string("SCGI"), std::string("1")));
  EXPECT_EQ(value_of(variables, "SCGI"), "1");
  EXPECT_EQ(value_of(variables, "REQUEST_METHOD"), "POST");
  EXPECT_EQ(value_of(variables, "PATH_INFO"), "/a b");
  EXPECT_EQ(value_of(variables, "HTTP_HOST"), "example.org");
  EXPECT_EQ(value_of(variables, "EMPTY"), "");
  ScgiCodec().frame("hello", true, out);
  ScgiCodec().finish(true, out);
  EXPECT_TRUE(out.ends_with(",hello"));
}

TEST(ScgiCodec, SaysThatThereIsNoBody) {
  std::string out;
  ASSERT_TRUE(ScgiCodec().begin(MadeOutgoing("GET / HTTP/1.1|Host: a").outgoing, out));
  EXPECT_EQ(variables_of(out)[0].second, "0");
}

TEST(ScgiCodec, RefusesABodyOfUnknownLength) {
  MadeOutgoing made("POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked");
  made.outgoing.content_length.reset();
  std::string out = "kept";
  const Result<void> begun = ScgiCodec().begin(made.outgoing, out);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind, ErrorKind::not_implemented);
  EXPECT_EQ(out, "kept");
}

TEST(ScgiCodec, ReadsAnswers) {
  expect_events(
      make,
      {
          {"Status: 200 OK|Content-Length: 5||hello", "head 200 | content hello | complete"},
          {"Status: 200 OK|Content-Length: 0||", "head 200 | complete"},
          {"Content-Type: text/plain\n\nhello", "head 200 | content hello | complete at close"},
          {"Location: /x||", "head 302 | complete at close"},
          {"HTTP/1.1 404 x||", "head 404 | complete at close"},
          {"Status: 103 x|Link: y||Status: 200||a",
           "interim 103 | head 200 | content a | complete at close"},
          {"Status: 200|Content-Length: 5||hello, more", "head 200 | content hello | complete"},
          {"Status: 200|Content-Length: 5||hello", "head 200 | complete", true},
          {"Status: 204||hello", "head 204 | complete"},
          {"", "error at close"},
          {"Status: 200|", "error at close"},
          {"Status: 200|Content-Length: 5||hell", "head 200 | content hell | error at close"},
          {"Status: 2000||", "error"},
          {"Status: 200|Content-Length: 5|Content-Length: 6||", "error"},
          {"||", "error"},
          {"Traceback||", "error"},
      });
}

TEST(ScgiCodec, IsForOneRequestOnly) {
  EXPECT_FALSE(tell(make, "Status: 200\r\nContent-Length: 0\r\n\r\n").reusable);
}

}  // namespace
}  // namespace frontis::upstream
