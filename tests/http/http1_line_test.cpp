#include "http/http1_line.h"

#include <gtest/gtest.h>

#include <string>

#include "http1_reading.h"

namespace frontis::http {
namespace {

using namespace std::string_view_literals;

TEST(RequestLine, HasThreePartsWithOneSpaceBetween) {
  expect_outcomes({
      {"GET / HTTP/1.1|Host: a||", "GET / @a"},
      {"GET  / HTTP/1.1|Host: a||", "bad_request"},
      {"GET /  HTTP/1.1|Host: a||", "bad_request"},
      {"GET / HTTP/1.1 |Host: a||", "bad_request"},
      {" GET / HTTP/1.1|Host: a||", "bad_request"},
      {"\tGET / HTTP/1.1|Host: a||", "bad_request"},
      {"GET\t/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET /\tHTTP/1.1|Host: a||", "bad_request"},
      {"GET / HTTP/1.1\t|Host: a||", "bad_request"},
      {"GET\v/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET\f/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET\r/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET / a HTTP/1.1|Host: a||", "bad_request"},
      {"GET /a b HTTP/1.1|Host: a||", "bad_request"},
      {"GET HTTP/1.1|Host: a||", "bad_request"},
      {"GET  HTTP/1.1|Host: a||", "bad_request"},
      {"GET|Host: a||", "bad_request"},
      {"GET |Host: a||", "bad_request"},
      {"/ HTTP/1.1|Host: a||", "bad_request"},
      {"Host: a||", "bad_request"},
      {": a||", "bad_request"},
  });
}

TEST(RequestLine, KnowsMethodsByTheirExactName) {
  expect_outcomes({
      {"HEAD / HTTP/1.1|Host: a||", "HEAD / @a"},
      {"POST / HTTP/1.1|Host: a||", "POST / @a"},
      {"PUT / HTTP/1.1|Host: a||", "PUT / @a"},
      {"DELETE / HTTP/1.1|Host: a||", "DELETE / @a"},
      {"OPTIONS / HTTP/1.1|Host: a||", "OPTIONS / @a"},
      {"TRACE / HTTP/1.1|Host: a||", "TRACE / @a"},
      {"PATCH / HTTP/1.1|Host: a||", "PATCH / @a"},
      {"get / HTTP/1.1|Host: a||", "not_implemented"},
      {"Get / HTTP/1.1|Host: a||", "not_implemented"},
      {"GETT / HTTP/1.1|Host: a||", "not_implemented"},
      {"GE / HTTP/1.1|Host: a||", "not_implemented"},
      {"PROPFIND / HTTP/1.1|Host: a||", "not_implemented"},
      {"M-SEARCH * HTTP/1.1|Host: a||", "not_implemented"},
      {"!#$%&'*+-.^_`~ / HTTP/1.1|Host: a||", "not_implemented"},
      {"0 / HTTP/1.1|Host: a||", "not_implemented"},
      {"GET: / HTTP/1.1|Host: a||", "bad_request"},
      {"G(T / HTTP/1.1|Host: a||", "bad_request"},
      {"G\"T / HTTP/1.1|Host: a||", "bad_request"},
      {"G@T / HTTP/1.1|Host: a||", "bad_request"},
      {"G\x7fT / HTTP/1.1|Host: a||", "bad_request"},
      {"G\xc3\xa9T / HTTP/1.1|Host: a||", "bad_request"},
      {"G\0T / HTTP/1.1|Host: a||"sv, "bad_request"},
      {"[GET] / HTTP/1.1|Host: a||", "bad_request"},
      {"GET/ / HTTP/1.1|Host: a||", "bad_request"},
  });
}

TEST(RequestLine, HasAVersionThatWeSpeak) {
  expect_outcomes({
      {"GET / HTTP/1.0||", "GET / 1.0 close"},
      {"GET / HTTP/1.2|Host: a||", "GET / @a"},
      {"GET / HTTP/1.9|Host: a||", "GET / @a"},
      {"GET / HTTP/1.2||", "bad_request"},
      {"GET / HTTP/2.0|Host: a||", "version_not_supported"},
      {"GET / HTTP/3.0|Host: a||", "version_not_supported"},
      {"GET / HTTP/9.9|Host: a||", "version_not_supported"},
      {"GET / HTTP/0.9|Host: a||", "version_not_supported"},
      {"GET / HTTP/0.0|Host: a||", "version_not_supported"},
      {"PRI * HTTP/2.0||SM||", "version_not_supported"},
      {"GET / HTTP/2|Host: a||", "bad_request"},
      {"GET / HTTP/1|Host: a||", "bad_request"},
      {"GET / HTTP/1.|Host: a||", "bad_request"},
      {"GET / HTTP/.1|Host: a||", "bad_request"},
      {"GET / HTTP/|Host: a||", "bad_request"},
      {"GET / HTTP|Host: a||", "bad_request"},
      {"GET / HTTP/1.10|Host: a||", "bad_request"},
      {"GET / HTTP/11.1|Host: a||", "bad_request"},
      {"GET / HTTP/01.1|Host: a||", "bad_request"},
      {"GET / HTTP/1.1x|Host: a||", "bad_request"},
      {"GET / HTTP/1,1|Host: a||", "bad_request"},
      {"GET / HTTP/a.1|Host: a||", "bad_request"},
      {"GET / HTTP/1.a|Host: a||", "bad_request"},
      {"GET / HTTP/-1.1|Host: a||", "bad_request"},
      {"GET / http/1.1|Host: a||", "bad_request"},
      {"GET / Http/1.1|Host: a||", "bad_request"},
      {"GET / HTTPS/1.1|Host: a||", "bad_request"},
      {"GET / HTP/1.1|Host: a||", "bad_request"},
      {"GET / FTP/1.1|Host: a||", "bad_request"},
      {"GET / SIP/2.0|Host: a||", "bad_request"},
      {"GET / HTTP\\1.1|Host: a||", "bad_request"},
      {"GET / \"HTTP/1.1\"|Host: a||", "bad_request"},
      {"GET / HTTP /1.1|Host: a||", "bad_request"},
      {"GET / HTTP/ 1.1|Host: a||", "bad_request"},
      {"GET / HTTP/1.\xb9|Host: a||", "bad_request"},
      {"GET / HTTP/1.1\0|Host: a||"sv, "bad_request"},
  });
}

TEST(RequestLine, WithoutVersionIsRefusedAtOnce) {
  expect_outcomes({
      {"GET /|", "bad_request"},
      {"GET /index.html|", "bad_request"},
      {"GET http://a/|", "bad_request"},
      {"GET /\n", "bad_request"},
      {"GET /", "more"},
  });
}

TEST(RequestLine, EndsInCrlf) {
  expect_outcomes({
      {"GET / HTTP/1.1\nHost: a||", "bad_request"},
      {"GET / HTTP/1.1\n\n", "bad_request"},
      {"GET / HTTP/1.1\r\r\nHost: a||", "bad_request"},
      {"GET / HTTP/1.1\rHost: a||", "bad_request"},
      {"GET /\r HTTP/1.1|Host: a||", "bad_request"},
      {"GET /\n HTTP/1.1|Host: a||", "bad_request"},
      {"GET\n/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET / HTTP/1.1", "more"},
      {"GET / HTTP/1.1\r", "more"},
      {"GET / HTTP/1.1|", "more"},
  });
}

TEST(OriginForm, IsAPathAndPerhapsAQuery) {
  expect_outcomes({
      {"GET /a/b.css HTTP/1.1|Host: a||", "GET /a/b.css @a"},
      {"GET /? HTTP/1.1|Host: a||", "GET /? @a"},
      {"GET /?x=1 HTTP/1.1|Host: a||", "GET /?x=1 @a"},
      {"GET /a?b?c HTTP/1.1|Host: a||", "GET /a?b?c @a"},
      {"GET /a?b=/../c HTTP/1.1|Host: a||", "GET /a?b=/../c @a"},
      {"GET /a?b=%zz%00 HTTP/1.1|Host: a||", "GET /a?b=%zz%00 @a"},
      {"GET /a%20b HTTP/1.1|Host: a||", "GET /a b @a"},
      {"GET /a%3Fb?c HTTP/1.1|Host: a||", "GET /a?b?c @a"},
      {"GET /%41 HTTP/1.1|Host: a||", "GET /A @a"},
      {"GET //a HTTP/1.1|Host: a||", "GET /a @a"},
      {"GET //evil.org/ HTTP/1.1|Host: a||", "GET /evil.org/ @a"},
      {"GET /a/./b HTTP/1.1|Host: a||", "GET /a/b @a"},
      {"GET /a/../b HTTP/1.1|Host: a||", "GET /b @a"},
      {"GET /http://b/ HTTP/1.1|Host: a||", "GET /http:/b/ @a"},
      {"GET /* HTTP/1.1|Host: a||", "GET /* @a"},
      {"GET /\"<>\\^`{} HTTP/1.1|Host: a||", "GET /\"<>\\^`{} @a"},
      {"GET /\xc3\xa9?\xc3\xa9 HTTP/1.1|Host: a||", "GET /\xc3\xa9?\xc3\xa9 @a"},
      {"GET /.. HTTP/1.1|Host: a||", "bad_request"},
      {"GET /%2e%2e/a HTTP/1.1|Host: a||", "bad_request"},
      {"GET /..%2fa HTTP/1.1|Host: a||", "bad_request"},
      {"GET /%00 HTTP/1.1|Host: a||", "bad_request"},
      {"GET /%zz HTTP/1.1|Host: a||", "bad_request"},
      {"GET /% HTTP/1.1|Host: a||", "bad_request"},
      {"GET /%c0%af HTTP/1.1|Host: a||", "bad_request"},
      {"GET /\xc0\xaf HTTP/1.1|Host: a||", "bad_request"},
      {"GET /a#b HTTP/1.1|Host: a||", "bad_request"},
      {"GET /a?b#c HTTP/1.1|Host: a||", "bad_request"},
      {"GET /# HTTP/1.1|Host: a||", "bad_request"},
      {"GET /\x7f HTTP/1.1|Host: a||", "bad_request"},
      {"GET /\x01 HTTP/1.1|Host: a||", "bad_request"},
      {"GET /\x1b[0m HTTP/1.1|Host: a||", "bad_request"},
      {"GET /?\x1f HTTP/1.1|Host: a||", "bad_request"},
      {"GET /\0 HTTP/1.1|Host: a||"sv, "bad_request"},
      {"GET /?\0 HTTP/1.1|Host: a||"sv, "bad_request"},
      {"GET a HTTP/1.1|Host: a||", "bad_request"},
      {"GET a/b HTTP/1.1|Host: a||", "bad_request"},
      {"GET ?x HTTP/1.1|Host: a||", "bad_request"},
      {"GET \\ HTTP/1.1|Host: a||", "bad_request"},
      {"GET ./a HTTP/1.1|Host: a||", "bad_request"},
      {"GET ../a HTTP/1.1|Host: a||", "bad_request"},
      {"GET %2f HTTP/1.1|Host: a||", "bad_request"},
  });
}

TEST(AbsoluteForm, GivesTheHostItself) {
  expect_outcomes({
      {"GET http://b HTTP/1.1|Host: a||", "GET / @b"},
      {"GET http://b/ HTTP/1.1|Host: a||", "GET / @b"},
      {"GET http://b/p?q HTTP/1.1|Host: a||", "GET /p?q @b"},
      {"GET http://b?x HTTP/1.1|Host: a||", "GET /?x @b"},
      {"GET http://b? HTTP/1.1|Host: a||", "GET /? @b"},
      {"GET http://b?x/y HTTP/1.1|Host: a||", "GET /?x/y @b"},
      {"GET HTTP://HOST:80/p?q HTTP/1.1|Host: a||", "GET /p?q @HOST:80"},
      {"GET hTTp://b/ HTTP/1.1|Host: a||", "GET / @b"},
      {"GET http://b:8080 HTTP/1.1|Host: a:1||", "GET / @b:8080"},
      {"GET http://b HTTP/1.1|Host: a:1||", "GET / @b"},
      {"GET http://b:/ HTTP/1.1|Host: a||", "GET / @b"},
      {"GET http://[::1]:80/p HTTP/1.1|Host: a||", "GET /p @[::1]:80"},
      {"GET http://127.0.0.1/p HTTP/1.1|Host: a||", "GET /p @127.0.0.1"},
      {"GET http://b//p/../q HTTP/1.1|Host: a||", "GET /q @b"},
      {"GET http://b/u@c HTTP/1.1|Host: a||", "GET /u@c @b"},
      {"GET http://b/?u@c HTTP/1.1|Host: a||", "GET /?u@c @b"},
      {"HEAD http://b/p HTTP/1.1|Host: a||", "HEAD /p @b"},
      {"GET http://b/p HTTP/1.0||", "GET /p @b 1.0 close"},
      {"GET http://b/p HTTP/1.1|Host: b||", "GET /p @b"},
      {"GET http://b/p HTTP/1.1|Host:||", "GET /p @b"},
      {"OPTIONS http://b/p HTTP/1.1|Host: a||", "OPTIONS /p @b"},
  });
}

TEST(AbsoluteForm, MustNameAnHttpHostAndNothingElse) {
  expect_outcomes({
      {"GET http:///p HTTP/1.1|Host: a||", "bad_request"},
      {"GET http:// HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://? HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://:80/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http:/p HTTP/1.1|Host: a||", "bad_request"},
      {"GET http:p HTTP/1.1|Host: a||", "bad_request"},
      {"GET http: HTTP/1.1|Host: a||", "bad_request"},
      {"GET http HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://user@b/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://user:pass@b/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://@b/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://b@/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://b\\c/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://b:x/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://b:80:90/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://b:65536/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://b:-1/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://[::1/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://::1]/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://[]/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://[::1]x/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://a%zz/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://\xc3\xa9/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://b#f HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://b/%00 HTTP/1.1|Host: a||", "bad_request"},
      {"GET http://b/../.. HTTP/1.1|Host: a||", "bad_request"},
      {"GET https://b/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET ftp://b/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET ws://b/ HTTP/1.1|Host: a||", "bad_request"},
      {"GET //b HTTP/1.1||", "bad_request"},
      {"GET file:///etc/passwd HTTP/1.1|Host: a||", "bad_request"},
      {"GET javascript:alert(1) HTTP/1.1|Host: a||", "bad_request"},
      {"GET data:,x HTTP/1.1|Host: a||", "bad_request"},
      {"GET urn:x:y HTTP/1.1|Host: a||", "bad_request"},
      {"GET b:80 HTTP/1.1|Host: a||", "bad_request"},
  });
}

TEST(AbsoluteForm, StillNeedsAHostFieldThatIsRight) {
  expect_outcomes({
      {"GET http://b/ HTTP/1.1||", "bad_request"},
      {"GET http://b/ HTTP/1.1|Host: u@a||", "bad_request"},
      {"GET http://b/ HTTP/1.1|Host: b|Host: b||", "bad_request"},
  });
}

TEST(AsteriskForm, BelongsToOptionsAlone) {
  expect_outcomes({
      {"OPTIONS * HTTP/1.1|Host: a||", "OPTIONS / @a asterisk"},
      {"OPTIONS http://b HTTP/1.1|Host: a||", "OPTIONS / @b asterisk"},
      {"OPTIONS http://b/ HTTP/1.1|Host: a||", "OPTIONS / @b"},
      {"OPTIONS http://b? HTTP/1.1|Host: a||", "OPTIONS /? @b"},
      {"GET * HTTP/1.1|Host: a||", "bad_request"},
      {"HEAD * HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT * HTTP/1.1|Host: a||", "bad_request"},
      {"OPTIONS ** HTTP/1.1|Host: a||", "bad_request"},
      {"OPTIONS *?x HTTP/1.1|Host: a||", "bad_request"},
      {"OPTIONS */ HTTP/1.1|Host: a||", "bad_request"},
  });
}

TEST(AuthorityForm, BelongsToConnectAlone) {
  expect_outcomes({
      {"CONNECT b:443 HTTP/1.1|Host: a||", "CONNECT / @b:443"},
      {"CONNECT [::1]:443 HTTP/1.1|Host: a||", "CONNECT / @[::1]:443"},
      {"CONNECT b:443 HTTP/1.0||", "CONNECT / @b:443 1.0 close"},
      {"CONNECT b HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT b: HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT :443 HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT / HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT /p HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT http://b/ HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT http://b:80 HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT b:443/ HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT u@b:443 HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT b:443?x HTTP/1.1|Host: a||", "bad_request"},
      {"CONNECT b:443 HTTP/1.1||", "bad_request"},
  });
}

TEST(RequestLine, KeepsTheTargetAsItWasSent) {
  const std::string input = "GET http://b//p%41?q HTTP/1.1\r\nHost: a\r\n\r\n";
  const config::Limits limits;
  HeadParser parser(limits);
  Request request;
  ASSERT_EQ(parser.parse(input, request), input.size());
  EXPECT_EQ(request.target(), "http://b//p%41?q");
  EXPECT_EQ(request.raw_path(), "//p%41");
  EXPECT_EQ(request.path(), "/pA");
  EXPECT_EQ(request.query(), "q");
}

TEST(RequestLine, LeavesANormalPathUncopied) {
  const std::string_view line = "GET /static/app.css?v=1 HTTP/1.1";
  Request request;
  request.clear();
  request.move_to(line.data());
  ASSERT_TRUE(read_request_line(line, line, request));
  EXPECT_TRUE(request.decoded_path.empty());
  EXPECT_EQ(request.path().data(), line.data() + 4);
}

// A client that is answered with an error is still named in the log with what it asked for.
TEST(RequestLine, KeepsTheTargetOfWhatItRefuses) {
  const std::string_view line = "BREW /pot HTTP/1.1";
  Request request;
  request.clear();
  request.move_to(line.data());
  EXPECT_FALSE(read_request_line(line, line, request));
  EXPECT_EQ(request.target(), "/pot");
}

}  // namespace
}  // namespace frontis::http
