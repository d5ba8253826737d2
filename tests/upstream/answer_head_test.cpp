#include "upstream/answer_head.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frontis::upstream {
namespace {

using namespace std::string_view_literals;
using Form = AnswerHeadReader::Form;

// "200 keep length=5 <fields with '|' for CRLF>", "more" or "error".
std::string describe(const AnswerHead& head) {
  std::string out = std::to_string(head.status);
  if (head.keep_alive) out += " keep";
  if (head.content_length) out += " length=" + std::to_string(*head.content_length);
  if (head.chunked) out += " chunked";
  if (!head.accel_redirect.empty()) out += " accel=" + head.accel_redirect;
  if (!head.sendfile.empty()) out += " sendfile=" + head.sendfile;
  if (head.unbuffered) out += " unbuffered";
  head.fields->for_each([&out](std::string_view name, std::string_view value) {
    out.append(" ").append(name).append(":").append(value);
  });
  return out;
}

std::string read_cut(Form form, const std::string& input, const std::vector<std::size_t>& cuts) {
  AnswerHeadReader reader(form);
  AnswerHead head;
  for (const std::size_t cut : cuts) {
    const std::vector<char> piece(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(cut));
    const Result<std::size_t> length = reader.read({piece.data(), piece.size()}, head);
    if (!length) {
      EXPECT_EQ(length.error().kind, ErrorKind::bad_request);
      EXPECT_LT(length.error().message.size(), 200U);
      return "error";
    }
    if (*length > 0) return describe(head) + " @" + std::to_string(*length);
  }
  return "more";
}

// Whole, byte by byte, in two pieces, and with content behind it; without the " @length".
std::string read(Form form, const std::string& input) {
  const std::string whole = read_cut(form, input, {input.size()});
  std::vector<std::size_t> every_byte;
  for (std::size_t cut = 0; cut <= input.size(); ++cut) every_byte.push_back(cut);
  EXPECT_EQ(whole, read_cut(form, input, every_byte)) << "byte by byte";
  for (std::size_t cut = 0; cut<input.size(); cut += input.size()> 2000 ? 997 : 1) {
    EXPECT_EQ(whole, read_cut(form, input, {cut, input.size()})) << "cut at " << cut;
  }
  if (whole == "more" || whole == "error") return whole;
  const std::string more = input + "body\n\nmore";
  EXPECT_EQ(whole, read_cut(form, more, {more.size()})) << "with content behind it";
  EXPECT_TRUE(whole.ends_with(" @" + std::to_string(input.size()))) << whole;
  return whole.substr(0, whole.rfind(" @"));
}

struct Case {
  std::string_view input;  // '|' is CRLF
  std::string_view outcome;
};

void expect_heads(Form form, const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    SCOPED_TRACE(each.input);
    std::string input;
    for (const char c : each.input)
      input.append(c == '|' ? std::string("\r\n") : std::string(1, c));
    EXPECT_EQ(read(form, input), each.outcome);
  }
}

TEST(AnswerHead, ReadsAStatusLine) {
  expect_heads(Form::http, {
                               {"HTTP/1.1 200 OK||", "200 keep"},
                               {"HTTP/1.1 404 Not Found||", "404 keep"},
                               {"HTTP/1.1 200 ||", "200 keep"},
                               {"HTTP/1.1 200||", "200 keep"},
                               {"HTTP/1.0 200 OK||", "200"},
                               {"HTTP/1.2 599 \xc3\xa9||", "599 keep"},
                               {"HTTP/1.1 100 Continue||", "100 keep"},
                               {"HTTP/1.1 200 OK\n\n", "200 keep"},
                               {"HTTP/1.1 200 OK\nA: b\r\n\n", "200 keep A:b"},
                               {"HTTP/1.1 200 OK\nA: b\n\r\n", "200 keep A:b"},
                           });
}

TEST(AnswerHead, WaitsForTheEmptyLine) {
  expect_heads(Form::http, {
                               {"", "more"},
                               {"H", "more"},
                               {"HTTP/1.", "more"},
                               {"HTTP/1.1 200 OK", "more"},
                               {"HTTP/1.1 200 OK|", "more"},
                               {"HTTP/1.1 200 OK|A: b", "more"},
                               {"HTTP/1.1 200 OK|A: b|", "more"},
                               {"HTTP/1.1 200 OK|A: b|\r", "more"},
                           });
}

TEST(AnswerHead, RefusesAMalformedStatusLine) {
  expect_heads(Form::http, {
                               {"||", "error"},
                               {"\n", "error"},
                               {"x", "error"},
                               {"220 mail.example.org ESMTP|", "error"},
                               {"\x16\x03\x01", "error"},
                               {"HTTP/2.0 200 OK||", "error"},
                               {"http/1.1 200 OK||", "error"},
                               {" HTTP/1.1 200 OK||", "error"},
                               {"HTTP/1.1||", "error"},
                               {"HTTP/1.1  200 OK||", "error"},
                               {"HTTP/1.1 20||", "error"},
                               {"HTTP/1.1 2000||", "error"},
                               {"HTTP/1.1 99 x||", "error"},
                               {"HTTP/1.1 099 x||", "error"},
                               {"HTTP/1.1 600 x||", "error"},
                               {"HTTP/1.1 -20 x||", "error"},
                               {"HTTP/1.1 2x0 x||", "error"},
                               {"HTTP/1.x 200 OK||", "error"},
                               {"HTTP/1.1 200 O\x01K||", "error"},
                               {"HTTP/1.1 200 O\rK||", "error"},
                               {"HTTP/1.1 200 O\0K||"sv, "error"},
                               {"Content-Type: text/plain||", "error"},
                           });
}

TEST(AnswerHead, PassesFieldsOnAsTheyCame) {
  expect_heads(Form::http, {
                               {"HTTP/1.1 200 OK|Set-Cookie: a=1|Set-Cookie: b=2||",
                                "200 keep Set-Cookie:a=1 Set-Cookie:b=2"},
                               {"HTTP/1.1 200 OK|Expires: 0|CACHE-CONTROL:no-store||",
                                "200 keep Expires:0 CACHE-CONTROL:no-store"},
                               {"HTTP/1.1 200 OK|X: \t a b \t|Y:||", "200 keep X:a b Y:"},
                               {"HTTP/1.1 200 OK|X: \xc3\xa9||", "200 keep X:\xc3\xa9"},
                               {"HTTP/1.1 200 OK|Status: 500||", "200 keep Status:500"},
                               {"HTTP/1.1 302 Found|Location: /x||", "302 keep Location:/x"},
                           });
}

TEST(AnswerHead, RefusesMalformedFields) {
  expect_heads(Form::http, {
                               {"HTTP/1.1 200 OK|A||", "error"},
                               {"HTTP/1.1 200 OK|: b||", "error"},
                               {"HTTP/1.1 200 OK|A : b||", "error"},
                               {"HTTP/1.1 200 OK|A b: c||", "error"},
                               {"HTTP/1.1 200 OK|A: b| folded||", "error"},
                               {"HTTP/1.1 200 OK| A: b||", "error"},
                               {"HTTP/1.1 200 OK|A: b\rc||", "error"},
                               {"HTTP/1.1 200 OK|A: b\r|c: d||", "error"},
                               {"HTTP/1.1 200 OK|A: b\0c||"sv, "error"},
                               {"HTTP/1.1 200 OK|A: b\x7f||", "error"},
                               {"HTTP/1.1 200 OK|A\0: b||"sv, "error"},
                           });
}

TEST(AnswerHead, TakesOutWhatIsOfOneConnection) {
  expect_heads(
      Form::http,
      {
          {"HTTP/1.1 200 OK|Connection: close|Keep-Alive: timeout=5|A: b||", "200 A:b"},
          {"HTTP/1.1 200 OK|Connection: Keep-Alive, CLOSE||", "200"},
          {"HTTP/1.1 200 OK|Connection: close|Connection: keep-alive||", "200"},
          {"HTTP/1.0 200 OK|Connection: keep-alive||", "200 keep"},
          {"HTTP/1.0 200 OK|connection: Keep-Alive||", "200 keep"},
          {"HTTP/1.1 200 OK|X-One: 1|Connection: x-one, , X-Two|X-Two: 2|X-Three: 3||",
           "200 keep X-Three:3"},
          {"HTTP/1.1 200 OK|X-One: 1|Connection: a|Connection: close, x-one||", "200"},
          {"HTTP/1.1 200 OK|Proxy-Authenticate: x|Proxy-Connection: y|TE: z|Trailer: t||",
           "200 keep"},
          {"HTTP/1.1 200 OK|Proxy-Authorization: x|Upgrade: h2c||", "200 keep"},
          {"HTTP/1.1 101 Switching Protocols|Connection: upgrade|Upgrade: websocket|A: b||",
           "101 keep Upgrade:websocket A:b"},
          {"HTTP/1.1 200 OK|Date: x|Server: gunicorn|A: b||", "200 keep A:b"},
      });
}

TEST(AnswerHead, SetsTheDateApart) {
  const std::string text = "HTTP/1.1 200 OK\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n\r\n";
  AnswerHead head;
  AnswerHeadReader reader(AnswerHeadReader::Form::http);
  ASSERT_TRUE(reader.read(text, head));
  EXPECT_EQ(head.date, "Tue, 14 Nov 2023 22:13:20 GMT");
  EXPECT_FALSE(head.fields->find("Date"));
}

TEST(AnswerHead, ReadsTheFraming) {
  expect_heads(
      Form::http,
      {
          {"HTTP/1.1 200 OK|Content-Length: 5||", "200 keep length=5"},
          {"HTTP/1.1 200 OK|content-length:  0005 ||", "200 keep length=5"},
          {"HTTP/1.1 200 OK|Content-Length: 18446744073709551615||",
           "200 keep length=18446744073709551615"},
          {"HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 5||", "200 keep length=5"},
          {"HTTP/1.1 200 OK|Content-Length: 5|Content-Length: 6||", "error"},
          {"HTTP/1.1 200 OK|Content-Length: 5, 5||", "error"},
          {"HTTP/1.1 200 OK|Content-Length:||", "error"},
          {"HTTP/1.1 200 OK|Content-Length: -1||", "error"},
          {"HTTP/1.1 200 OK|Content-Length: +1||", "error"},
          {"HTTP/1.1 200 OK|Content-Length: 0x5||", "error"},
          {"HTTP/1.1 200 OK|Content-Length: 5x||", "error"},
          {"HTTP/1.1 200 OK|Content-Length: 18446744073709551616||", "error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked||", "200 keep chunked"},
          {"HTTP/1.1 200 OK|transfer-encoding: Chunked||", "200 keep chunked"},
          {"HTTP/1.0 200 OK|Connection: keep-alive|Transfer-Encoding: chunked||", "200 chunked"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: gzip||", "error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||", "error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: xchunked||", "error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: identity||", "error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding:||", "error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked|Transfer-Encoding: chunked||", "error"},
          {"HTTP/1.1 200 OK|Transfer-Encoding: chunked|Content-Length: 5||", "error"},
          {"HTTP/1.1 200 OK|Content-Length: 5|Transfer-Encoding: chunked||", "error"},
          {"HTTP/1.1 204 No Content|Content-Length: 5||", "204 keep"},
          {"HTTP/1.1 103 Early Hints|Content-Length: 5|Link: x||", "103 keep Link:x"},
          {"HTTP/1.1 304 Not Modified|Content-Length: 5||", "304 keep length=5"},
      });
}

TEST(AnswerHead, SetsApartWhatIsMeantForUs) {
  expect_heads(Form::http,
               {
                   {"HTTP/1.1 200 OK|X-Accel-Redirect: /protected/a%20b?c||",
                    "200 keep accel=/protected/a%20b?c"},
                   {"HTTP/1.1 200 OK|X-Sendfile: /srv/a b||", "200 keep sendfile=/srv/a b"},
                   {"HTTP/1.1 200 OK|x-accel-buffering: No||", "200 keep unbuffered"},
                   {"HTTP/1.1 200 OK|X-Accel-Buffering: yes||", "200 keep"},
               });
}

TEST(AnswerHead, ReadsTheCgiForm) {
  expect_heads(Form::cgi, {
                              {"Status: 404 Not Found|A: b||", "404 A:b"},
                              {"A: b|status: 503||", "503 A:b"},
                              {"Content-Type: text/html||", "200 Content-Type:text/html"},
                              {"Content-Type: text/html\n\n", "200 Content-Type:text/html"},
                              {"Location: https://a/||", "302 Location:https://a/"},
                              {"Location: /x|Status: 201 Created||", "201 Location:/x"},
                              {"Location:|A: b||", "200 Location: A:b"},
                              {"Status: 200|Status: 200 OK||", "200"},
                              {"HTTP/1.1 404 Not Found|A: b||", "404 keep A:b"},
                              {"HTTP/1.0 200 OK|A: b||", "200 A:b"},
                              {"HTTP/1.1 200 OK|Location: /x||", "200 keep Location:/x"},
                              {"A: b|Content-Length: 5|Connection: a||", "200 length=5"},
                          });
}

TEST(AnswerHead, RefusesAMalformedCgiHead) {
  expect_heads(Form::cgi, {
                              {"||", "error"},
                              {"\n", "error"},
                              {"Status: abc||", "error"},
                              {"Status:||", "error"},
                              {"Status: 20||", "error"},
                              {"Status: 600||", "error"},
                              {"Status: 200OK||", "error"},
                              {"Status: 200|Status: 404||", "error"},
                              {"Traceback (most recent call last)||", "error"},
                              {"HTTP/2 200||", "error"},
                              {"A: b|Content-Length: x||", "error"},
                          });
}

TEST(AnswerHead, BoundsTheHead) {
  const std::string start = "HTTP/1.1 200 OK\r\nA: ";
  const std::string end = "\r\n\r\n";
  constexpr std::size_t longest = 64 * 1024;
  const auto read_whole = [&](std::size_t length) {
    const std::string head = start + std::string(length - start.size() - end.size(), 'x') + end;
    const std::string whole = read_cut(Form::http, head, {head.size()});
    EXPECT_EQ(whole, read_cut(Form::http, head, {head.size() / 2, head.size() - 1, head.size()}));
    return whole;
  };
  EXPECT_NE(read_whole(longest), "error");
  EXPECT_EQ(read_whole(longest + 1), "error");
  const std::string endless = start + std::string(longest, 'x');
  EXPECT_EQ(read_cut(Form::http, endless, {endless.size()}), "error");
}

TEST(AnswerHead, BoundsTheNumberOfFields) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 200; ++i) head += "A: b\r\n";
  EXPECT_NE(read_cut(Form::http, head + "\r\n", {head.size() + 2}), "error");
  head += "A: b\r\n";
  EXPECT_EQ(read_cut(Form::http, head + "\r\n", {head.size() + 2}), "error");
}

TEST(AnswerHead, ReadsOneAnswerAfterAnother) {
  AnswerHeadReader reader(Form::http);
  AnswerHead head;
  ASSERT_TRUE(reader.read("HTTP/1.1 404 x\r\nContent-Length: 5\r\nX-Sendfile: a\r\n\r\n", head));
  reader.reset();
  ASSERT_TRUE(reader.read("HTTP/1.0 200 x\r\n\r\n", head));
  EXPECT_EQ(describe(head), "200");
}

}  // namespace
}  // namespace frontis::upstream
