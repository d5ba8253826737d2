#include "app/answer.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>

#include "../http/stream_decoder.h"
#include "../net/bodies.h"
#include "asked.h"

namespace frontis::app {
namespace {

const std::string long_text(1'000, 'a');

http::Response answer_of(std::string_view fields, Body body, int status = 200) {
  http::Response answer;
  answer.status = status;
  answer.head = std::make_shared<const http::HeaderBlock>(fields_of(fields));
  answer.body = std::move(body);
  return answer;
}

http::Response dressed_for(http::Response answer, std::string_view fields,
                           std::string_view line = "GET / HTTP/1.1",
                           const config::AppAction& action = {}) {
  return dressed(std::move(answer), action, Asked(line, fields).get());
}

std::string all_of(Body& body) {
  if (const auto* bytes = std::get_if<SharedBytes>(&body)) return std::string(bytes->bytes);
  auto* source = std::get_if<std::unique_ptr<Source>>(&body);
  if (source == nullptr) return {};
  std::string all;
  std::array<char, 1'000> room;
  while (true) {
    const Source::Pull got = (*source)->pull(room);
    if (got.state != Source::State::data) return all;
    all.append(room.data(), got.bytes);
  }
}

constexpr std::string_view html = "Content-Type: text/html; charset=utf-8\r\n";
constexpr std::string_view everything = "Accept-Encoding: gzip, br, zstd\r\n";

TEST(Dressed, CompressesWhatIsWorthIt) {
  struct Case {
    int line;
    std::string fields;
    std::string accepts;
    std::string coding;  // empty: as it came
    std::size_t size = 1'000;
    int status = 200;
    std::string_view request = "GET / HTTP/1.1";
  };
  const std::string type(html);
  const std::string all(everything);
  const Case cases[] = {
      {__LINE__, type, all, "br"},
      {__LINE__, type, "Accept-Encoding: gzip, zstd\r\n", "zstd"},
      {__LINE__, type, "Accept-Encoding: gzip\r\n", "gzip"},
      {__LINE__, type, "Accept-Encoding: gzip, br;q=0.5\r\n", "gzip"},
      {__LINE__, type, "Accept-Encoding: br;q=0\r\n", ""},
      {__LINE__, type, "", ""},
      {__LINE__, type, all, "br", 256},
      {__LINE__, type, all, "", 255},
      {__LINE__, type, all, "br", 1'000, 404},
      {__LINE__, type, all, "", 1'000, 206},
      {__LINE__, type, all, "", 0, 204},
      {__LINE__, type, all, "", 0, 304},
      {__LINE__, type, all, "br", 1'000, 200, "HEAD / HTTP/1.1"},
      {__LINE__, "Content-Type: APPLICATION/JSON\r\n", all, "br"},
      {__LINE__, "Content-Type: application/problem+json\r\n", all, "br"},
      {__LINE__, "Content-Type: image/svg+xml ; a=b\r\n", all, "br"},
      {__LINE__, "Content-Type: text/event-stream\r\n", all, "br"},
      {__LINE__, "Content-Type: image/png\r\n", all, ""},
      {__LINE__, "Content-Type: text\r\n", all, ""},
      {__LINE__, "", all, ""},
      {__LINE__, type + "Content-Encoding: gzip\r\n", all, ""},
      {__LINE__, type + "Content-Range: bytes 0-1/2\r\n", all, ""},
      {__LINE__, type + "Cache-Control: private, No-Transform\r\n", all, ""},
      {__LINE__, type + "Cache-Control: no-transformation\r\n", all, "br"},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.line);
    const std::string text(each.size, 'a');
    Body body;
    if (each.size > 0) body = text_body(text);
    http::Response answer = dressed_for(answer_of(each.fields, std::move(body), each.status),
                                        each.accepts, each.request);
    const auto coding = answer.head->find("Content-Encoding");
    if (each.coding.empty()) {
      EXPECT_EQ(all_of(answer.body), text);
      EXPECT_EQ(coding, fields_of(each.fields).find("Content-Encoding"));
      continue;
    }
    EXPECT_EQ(coding, each.coding);
    EXPECT_FALSE(answer.length);
    EXPECT_FALSE(length_of(answer.body));
    const auto row = std::find_if(http::coding_names.begin(), http::coding_names.end(),
                                  [&](const auto& name) { return name.token == each.coding; });
    http::StreamDecoder decoder(row->coding);
    EXPECT_EQ(decoder.feed(all_of(answer.body)), text);
  }
}

TEST(Dressed, CompressesAnAnswerThatIsStillComing) {
  const auto script = std::make_shared<net::Script>();
  script->pieces = {long_text, long_text};
  http::Response coming = answer_of(html, std::make_unique<net::ScriptedSource>(script));
  coming.length = 2'000;
  http::Response answer = dressed_for(std::move(coming), everything);
  EXPECT_EQ(answer.head->find("Content-Encoding"), "br");
  EXPECT_FALSE(answer.length);
  http::StreamDecoder decoder(http::Coding::br);
  EXPECT_EQ(decoder.feed(all_of(answer.body)), long_text + long_text);

  script->pieces = {"short"};
  http::Response small = answer_of(html, std::make_unique<net::ScriptedSource>(script));
  small.length = 5;
  answer = dressed_for(std::move(small), everything);
  EXPECT_EQ(answer.head->find("Content-Encoding"), std::nullopt);
  EXPECT_EQ(answer.length, 5U);
}

// All that varies the answer is named in one line.
TEST(Dressed, SaysThatTheAnswerVaries) {
  struct Case {
    std::string_view vary;
    std::string_view expected;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"", "Accept-Encoding"},
           {"Vary: Cookie\r\n", "Cookie, Accept-Encoding"},
           {"Vary: accept-encoding\r\n", "accept-encoding"},
           {"Vary: Cookie, Accept-Encoding\r\n", "Cookie, Accept-Encoding"},
           {"Vary: *\r\n", "*"},
           {"Vary: Cookie\r\nVary: Origin\r\n", "Cookie, Origin, Accept-Encoding"},
           {"Vary: Accept-Encoding\r\nVary: Origin\r\n", "Accept-Encoding, Origin"},
           {"Vary: Origin\r\nVary: Cookie, Accept-Encoding\r\n", "Origin, Cookie, Accept-Encoding"},
       }) {
    for (const std::string_view accepts : {everything, std::string_view()}) {
      const http::Response answer = dressed_for(
          answer_of(std::string(html) + std::string(each.vary), text_body(long_text)), accepts);
      std::string vary;
      answer.head->for_each([&](std::string_view name, std::string_view value) {
        if (name == "Vary") vary.append(vary.empty() ? "" : " | ").append(value);
      });
      EXPECT_EQ(vary, each.expected) << each.vary;
    }
  }
  const http::Response image =
      dressed_for(answer_of("Content-Type: image/png\r\n", text_body(long_text)), everything);
  EXPECT_EQ(image.head->find("Vary"), std::nullopt);
}

TEST(Dressed, WeakensTheETagOfWhatItCompresses) {
  const std::string fields = std::string(html) + "ETag: \"a\"\r\nAccept-Ranges: bytes\r\nX: y\r\n";
  http::Response coded = dressed_for(answer_of(fields, text_body(long_text)), everything);
  EXPECT_EQ(coded.head->find("ETag"), "W/\"a\"");
  EXPECT_EQ(coded.head->find("Accept-Ranges"), std::nullopt);
  EXPECT_EQ(coded.head->find("X"), "y");
  http::Response plain = dressed_for(answer_of(fields, text_body(long_text)), "");
  EXPECT_EQ(plain.head->find("ETag"), "\"a\"");
  EXPECT_EQ(plain.head->find("Accept-Ranges"), "bytes");
  const std::string weak = std::string(html) + "ETag: W/\"a\"\r\n";
  coded = dressed_for(answer_of(weak, text_body(long_text)), everything);
  EXPECT_EQ(coded.head->find("ETag"), "W/\"a\"");
}

TEST(Dressed, PutsTheFieldsOfTheRouteInPlaceOfTheApps) {
  config::AppAction action;
  action.headers = {{"X-Frame-Options", "DENY"}, {"X-More", "1"}, {"X-More", "2"}};
  http::Response answer =
      dressed_for(answer_of("x-frame-options: SAMEORIGIN\r\nX: y\r\n", text_body("short")), "",
                  "GET / HTTP/1.1", action);
  EXPECT_EQ(answer.head->text(), "X: y\r\nX-Frame-Options: DENY\r\nX-More: 1\r\nX-More: 2\r\n");
  http::Response bare;
  bare.body = text_body("short");
  answer = dressed_for(std::move(bare), everything, "GET / HTTP/1.1", action);
  EXPECT_EQ(answer.head->find("X-Frame-Options"), "DENY");
}

TEST(NotModified, HasTheFieldsOfTheWholeAnswer) {
  const std::string fields = std::string(html) + "ETag: \"a\"\r\n";
  config::AppAction action;
  action.headers = {{"X-Own", "1"}};
  for (const std::string_view line : {"GET / HTTP/1.1", "HEAD / HTTP/1.1"}) {
    const http::Response answer = not_modified(dressed_for(
        answer_of(fields, text_body(long_text)), "Accept-Encoding: gzip\r\n", line, action));
    EXPECT_EQ(answer.status, 304);
    EXPECT_EQ(answer.head->find("ETag"), "W/\"a\"");
    EXPECT_EQ(answer.head->find("Vary"), "Accept-Encoding");
    EXPECT_EQ(answer.head->find("X-Own"), "1");
    EXPECT_FALSE(answer.head->find("Content-Encoding"));
    EXPECT_EQ(length_of(answer.body), 0U);
  }
}

TEST(InternalPath, IsDecodedAndStaysBelowTheTop) {
  struct Case {
    std::string_view wish;
    std::string_view path;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"/protected/a.pdf", "/protected/a.pdf"},
           {"/protected/a%20b.pdf?c=d", "/protected/a b.pdf"},
           {"/protected//x/../a.pdf", "/protected/a.pdf"},
           {"/protected/../../etc", ""},
           {"/a%00b", ""},
           {"/a%2", ""},
           {"protected/a.pdf", ""},
           {"http://example.org/a", ""},
           {"?a", ""},
           {"", ""},
       }) {
    EXPECT_EQ(internal_path(each.wish), each.path) << each.wish;
  }
}

TEST(PathOfFile, IsThatOfTheRouteWithTheLongestRoot) {
  const std::vector<InternalRoot> roots{
      {"/srv/files", "/protected/"}, {"/srv/files/deep/", "/deep/"}, {"/srv/other", "/other/"}};
  struct Case {
    std::string_view file;
    std::string_view path;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"/srv/files/a b.pdf", "/protected/a b.pdf"},
           {"/srv/files/x/a.pdf", "/protected/x/a.pdf"},
           {"/srv/files/deep/a.pdf", "/deep/a.pdf"},
           {"/srv/files/deeper/a.pdf", "/protected/deeper/a.pdf"},
           {"/srv/files/x/../deep/./a.pdf", "/deep/a.pdf"},
           {"/srv/files/../other/a.pdf", "/other/a.pdf"},
           {"/srv/files", ""},
           {"/srv/files/", ""},
           {"/srv/files2/a.pdf", ""},
           {"/srv/files/../../etc/passwd", ""},
           {"/etc/passwd", ""},
           {"/srv/files/..name", "/protected/..name"},
           {"/srv/files/..../a", "/protected/..../a"},
           {"/srv/files/../a", ""},
           {"files/a.pdf", ""},
           {"", ""},
       }) {
    EXPECT_EQ(path_of_file(each.file, roots), each.path) << each.file;
  }
  EXPECT_EQ(path_of_file("/srv/files/a", {}), "");
}

TEST(FieldsForFile, AreThoseThatTheFileDoesNotKnowBetter) {
  const auto fields = fields_for_file(
      fields_of("Content-Type: application/pdf\r\nContent-Disposition: attachment\r\n"
                "ETag: \"a\"\r\nlast-modified: x\r\nVary: Cookie\r\nContent-Encoding: gzip\r\n"
                "Accept-Ranges: none\r\nSet-Cookie: a=b\r\nCache-Control: public\r\n"));
  EXPECT_EQ(fields->text(),
            "Content-Type: application/pdf\r\nContent-Disposition: attachment\r\n"
            "Set-Cookie: a=b\r\nCache-Control: public\r\n");
  const auto html_only = fields_for_file(fields_of("Content-Type: Text/HTML; charset=utf-8\r\n"));
  EXPECT_EQ(html_only->text(), "Cache-Control: private, no-cache\r\n");
}

TEST(FaultOfReroute, SaysWhatToWrite) {
  const Asked asked("GET /download/1 HTTP/1.1");
  upstream::AnswerHead head;
  head.accel_redirect = "nowhere\x01";
  const std::string accel = fault_of_reroute(head, asked.get());
  EXPECT_NE(accel.find("X-Accel-Redirect 'nowhere"), std::string::npos);
  EXPECT_EQ(accel.find('\x01'), std::string::npos);
  EXPECT_NE(accel.find("/download/1"), std::string::npos);
  head.accel_redirect.clear();
  head.sendfile = "/etc/passwd";
  EXPECT_NE(fault_of_reroute(head, asked.get()).find("internal: true"), std::string::npos);
}

}  // namespace
}  // namespace frontis::app
