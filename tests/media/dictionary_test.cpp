#include "media/dictionary.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../http/make_request.h"

namespace frontis::media {
namespace {

using namespace std::string_view_literals;

TEST(LogicalName, HasAStarForTheFingerprint) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"static/app.38d674d0e73a.js", "static/app.*.js"},
      {"/static/app.38d674d0e73a.js", "/static/app.*.js"},
      {"app.38d674d0e73a.js", "app.*.js"},
      {"static/app.js.38d674d0e73a.map", "static/app.js.*.map"},
      {"static/app.min.38d674d0e73a.css", "static/app.min.*.css"},
      {"assets/index-bjHyCe6Z.js", "assets/index-*.js"},
      {"assets/index--jHyCe6_.js", "assets/index-*.js"},
      {"assets/chunk-G64NBNGF.js", "assets/chunk-*.js"},
      {"js/main.16ac07fa.chunk.js", "js/main.*.chunk.js"},
      {"js/407.590fbcac50a20f546e72.js.map", "js/407.*.js.map"},
      {"_.38d674d0e73a.js", "_.*.js"},
      {"of.38d674d0e73a.js/app.5e0bd1c281a6.js", "of.38d674d0e73a.js/app.*.js"},
      {"/a*b/c*d.38d674d0e73a.js", "/a*b/c*d.*.js"},
      {"/\xc3\xbc \"\\.38d674d0e73a.js", "/\xc3\xbc \"\\.*.js"},
  };
  for (const auto& [path, expected] : cases) EXPECT_EQ(logical_name(path), expected) << path;
}

TEST(LogicalName, IsTheSameForTheNextRelease) {
  EXPECT_EQ(logical_name("/s/app.38d674d0e73a.js"), logical_name("/s/app.111111111111.js"));
  EXPECT_NE(logical_name("/s/app.38d674d0e73a.js"), logical_name("/s/app.38d674d0e73a.css"));
  EXPECT_NE(logical_name("/s/app.38d674d0e73a.js"), logical_name("/t/app.38d674d0e73a.js"));
  EXPECT_NE(logical_name("/s/app.38d674d0e73a.js"), logical_name("/s/other.38d674d0e73a.js"));
}

TEST(LogicalName, IsEmptyWhereAStarWouldMatchOthersNames) {
  const std::string_view paths[] = {
      "",
      "/",
      "static/app.js",
      "static/an-old-hope.css",
      "static/38d674d0e73a.js",  // no name
      "static/157faf51eca111c4b9e3.js",
      "static/-.38d674d0e73a.js",  // a name of separators
      "static/..38d674d0e73a.js",
      "static/--.-bjHyCe6Z.js",
      "static/robots.5e0bd1c281a6",  // no extension
      "static/app.38d674d0e73a.",
      "static/app.38d674d0e73a.js/",  // a directory
      "of.38d674d0e73a.js/app.js",
  };
  for (const std::string_view path : paths) EXPECT_EQ(logical_name(path), "") << path;
}

// Each row was tried in Chromium 156: with `pattern`, a script at `next`, which is the same file
// in the next release, was asked for with Available-Dictionary, and URLPattern does not match
// `other`.
struct PatternCase {
  std::string_view path;
  std::string_view pattern;  // before it is written as a String of RFC 8941
  std::string_view next;
  std::string_view other;
};
constexpr PatternCase pattern_cases[] = {
    {"/static/app.38d674d0e73a.js", "/static/app.*.js", "/static/app.0123456789ab.js",
     "/static/app.js"},
    {"/assets/index-bjHyCe6Z.js", "/assets/index-*.js", "/assets/index-AbCdEfG1.js",
     "/assets/index.js"},
    {"/assets/index--jHyCe6_.js", "/assets/index-*.js", "/assets/index-AbCdEf_2.js",
     "/assets/index-AbCdEf_2.css"},
    {"/js/main.16ac07fa.chunk.js", "/js/main.*.chunk.js", "/js/main.01234567.chunk.js",
     "/js/main.01234567.js"},
    {"/a.b-c_d/x.min.38d674d0e73a.js", "/a.b-c_d/x.min.*.js", "/a.b-c_d/x.min.0123456789ab.js",
     "/a-b-c_d/x.min.0123456789ab.js"},
    {"/static/a+b.38d674d0e73a.js", R"(/static/a\+b.*.js)", "/static/a+b.0123456789ab.js",
     "/static/aab.0123456789ab.js"},
    {"/static/a*b.38d674d0e73a.js", R"(/static/a\*b.*.js)", "/static/a*b.0123456789ab.js",
     "/static/aXb.0123456789ab.js"},
    {"/static/a(b).38d674d0e73a.js", R"(/static/a\(b\).*.js)", "/static/a(b).0123456789ab.js",
     "/static/ab.0123456789ab.js"},
    {"/static/a{b}.38d674d0e73a.js", "/static/a%7Bb%7D.*.js", "/static/a%7Bb%7D.0123456789ab.js",
     "/static/ab.0123456789ab.js"},
    {"/static/a?b.38d674d0e73a.js", "/static/a%3Fb.*.js", "/static/a%3Fb.0123456789ab.js",
     "/static/b.0123456789ab.js"},
    {R"(/static/a\b.38d674d0e73a.js)", "/static/a%5Cb.*.js", "/static/a%5Cb.0123456789ab.js",
     "/static/ab.0123456789ab.js"},
    {"/static/a\"b c.38d674d0e73a.js", "/static/a%22b%20c.*.js",
     "/static/a%22b%20c.0123456789ab.js", "/static/abc.0123456789ab.js"},
    {"/static/\xc3\xbc"
     "ber.38d674d0e73a.js",
     "/static/%C3%BCber.*.js", "/static/%C3%BCber.0123456789ab.js", "/static/ber.0123456789ab.js"},
    {"/static/a%b.38d674d0e73a.js", "/static/a%25b.*.js", "/static/a%25b.0123456789ab.js",
     "/static/ab.0123456789ab.js"},
    {"/static/a@b!$&',;=~.38d674d0e73a.js", "/static/a@b!$&',;=~.*.js",
     "/static/a@b!$&',;=~.0123456789ab.js", "/static/a@b.0123456789ab.js"},
    {R"(/v1.0 (beta)+{x}/a*?b\c/app.38d674d0e73a.js)",
     R"(/v1.0%20\(beta\)\+%7Bx%7D/a\*%3Fb%5Cc/app.*.js)",
     "/v1.0%20(beta)+%7Bx%7D/a*%3Fb%5Cc/app.0123456789ab.js",
     "/v1.0%20(beta)+%7Bx%7D/app.0123456789ab.js"},
    {"/\xc3\xbc"
     "ber\"dir/@scope/app.38d674d0e73a.js",
     "/%C3%BCber%22dir/@scope/app.*.js", "/%C3%BCber%22dir/@scope/app.0123456789ab.js",
     "/%C3%BCber%22dir/app.0123456789ab.js"},
    {"/a[b]|^`<>#/app.38d674d0e73a.js", "/a%5Bb%5D%7C%5E%60%3C%3E%23/app.*.js",
     "/a%5Bb%5D%7C%5E%60%3C%3E%23/app.0123456789ab.js", "/ab/app.0123456789ab.js"},
};

TEST(UseAsDictionary, IsWrittenAsADictionaryOfRfc8941) {
  struct {
    std::string_view path;
    std::string_view type;
    std::string_view expected;
  } const cases[] = {
      {"/static/app.38d674d0e73a.js", "text/javascript; charset=utf-8",
       R"(match="/static/app.*.js", match-dest=("script"))"},
      {"/static/app.38d674d0e73a.mjs", "application/javascript",
       R"(match="/static/app.*.mjs", match-dest=("script"))"},
      {"/static/app.38d674d0e73a.css", "Text/CSS ;charset=utf-8",
       R"(match="/static/app.*.css", match-dest=("style"))"},
      {"/static/app.38d674d0e73a.wasm", "application/wasm", R"(match="/static/app.*.wasm")"},
      {"/static/app.38d674d0e73a.json", "", R"(match="/static/app.*.json")"},
      {"/app.38d674d0e73a.js", "text/javascriptx", R"(match="/app.*.js")"},
      {"/assets/index-bjHyCe6Z.js", "text/javascript",
       R"(match="/assets/index-*.js", match-dest=("script"))"},
      {"/a+b (1).38d674d0e73a.css", "text/css",
       R"(match="/a\\+b%20\\(1\\).*.css", match-dest=("style"))"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(use_as_dictionary(one.path, one.type), one.expected) << one.path;
  }
}

std::string as_string(std::string_view pattern) {
  std::string out = "match=\"";
  for (const char c : pattern) {
    if (c == '\\' || c == '"') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

// What a browser makes of such a pattern: literal text, and one star that is not escaped.
bool matches(std::string_view pattern, std::string_view url) {
  std::vector<std::string> literals(1);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*') {
      literals.emplace_back();
      continue;
    }
    if (pattern[i] == '\\') ++i;
    literals.back().push_back(pattern[i]);
  }
  EXPECT_EQ(literals.size(), 2u) << pattern;
  return literals.size() == 2 && url.size() >= literals[0].size() + literals[1].size() &&
         url.starts_with(literals[0]) && url.ends_with(literals[1]);
}

TEST(UseAsDictionary, HasAPatternThatMatchesTheNextRelease) {
  for (const PatternCase& one : pattern_cases) {
    EXPECT_EQ(use_as_dictionary(one.path, ""), as_string(one.pattern)) << one.path;
    EXPECT_TRUE(matches(one.pattern, one.next)) << one.path;
    EXPECT_FALSE(matches(one.pattern, one.other)) << one.path;
  }
}

TEST(UseAsDictionary, IsEmptyWhereItCannotBeSaid) {
  const std::string_view paths[] = {
      "",
      "/",
      "/static/app.js",
      "static/app.38d674d0e73a.js",   // not a path of a URL
      "//host/app.38d674d0e73a.js",   // the pattern would name a host
      "/static/a:b.38d674d0e73a.js",  // and here a scheme
      "/a:b/app.38d674d0e73a.js",
      "/static/38d674d0e73a.js",
      "/static/robots.5e0bd1c281a6",
  };
  for (const std::string_view path : paths) {
    EXPECT_EQ(use_as_dictionary(path, "text/javascript"), "") << path;
  }
}

TEST(UseAsDictionary, IsNotLongerThanOneKibibyte) {
  const std::string_view end = "/app.38d674d0e73a.js";
  const std::string_view around = "match=\"/app.*.js\"";
  const std::size_t longest = 1024 - around.size();
  const auto below = [&](std::string directory) {
    return use_as_dictionary("/" + directory.append(end), "");
  };
  EXPECT_EQ(below(std::string(longest - 1, 'd')).size(), 1024u);
  EXPECT_EQ(below(std::string(longest, 'd')), "");
  EXPECT_EQ(below(std::string(5000, 'd')), "");
  // An escape takes three bytes, and so does a plus.
  EXPECT_EQ(below(std::string((longest - 1) / 3, ' ')).size(),
            around.size() + 1 + (longest - 1) / 3 * 3);
  EXPECT_EQ(below(std::string(longest / 3 + 1, ' ')), "");
  EXPECT_EQ(below(std::string(longest / 3 + 1, '+')), "");
}

TEST(UseAsDictionary, IsPrintableAsciiForEveryByte) {
  for (int byte = 1; byte < 256; ++byte) {
    if (byte == '/' || byte == ':') continue;
    const std::string path = "/d" + std::string(1, static_cast<char>(byte)) + "/e" +
                             std::string(1, static_cast<char>(byte)) + "x.38d674d0e73a.js";
    const std::string value = use_as_dictionary(path, "text/javascript");
    EXPECT_FALSE(value.empty()) << byte;
    for (const char c : value) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << byte;
  }
}

// The SHA-256 of "abc" as `openssl dgst -sha256 -binary | base64` writes it.
constexpr std::string_view abc = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";

std::string item(std::string_view base64) { return ":" + std::string(base64) + ":"; }

TEST(AvailableDictionary, IsADigest) {
  EXPECT_EQ(parse_available_dictionary(item(abc)), sha256("abc"));
  EXPECT_EQ(parse_available_dictionary(item("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
            Sha256{});
  Sha256 ones;
  ones.fill(0xff);
  EXPECT_EQ(parse_available_dictionary(item("//////////////////////////////////////////8=")), ones);
}

TEST(AvailableDictionary, MayHaveSpacesAroundItAndParameters) {
  for (const std::string_view behind : {"", " ", "   ", ";a", ";a=1", "; a=1;b=\"x\"", ";"}) {
    EXPECT_EQ(parse_available_dictionary(item(abc).append(behind)), sha256("abc")) << behind;
  }
  EXPECT_EQ(parse_available_dictionary("  " + item(abc)), sha256("abc"));
}

TEST(AvailableDictionary, IsRefusedWhereItIsNotWrittenAsEncodersDo) {
  const std::string good(abc);
  const std::string refused[] = {
      "",
      ":",
      "::",
      ":=:",
      good,
      ":" + good,
      good + ":",
      "\"" + good + "\"",
      item(good) + "x",
      item(good) + " ;a",
      item(good) + ", " + item(good),
      item(good) + ";a, " + item(good),
      "\t" + item(good),
      item(" " + good),
      item(good + " "),
      item(good.substr(0, 43)),  // no padding
      item(good.substr(0, 43) + ":"),
      item(good.substr(0, 43) + "A"),   // 33 bytes
      item(good.substr(0, 42) + "=="),  // 31 bytes
      item(good.substr(0, 42) + "1="),  // bits to spare that are not zero
      item(good.substr(0, 42) + "=="),
      item(good + "="),
      item("=" + good.substr(1)),
      item("-" + good.substr(1)),  // the digits of URLs
      item("_" + good.substr(1)),
      item(std::string(1, '\0') + good.substr(1)),
      item("\xff" + good.substr(1)),
      item(good.substr(0, 20) + "\n" + good.substr(21)),
      item("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFQ=="),
      item(good.substr(0, 40)),
      item(std::string(10'000, 'A')),
  };
  for (const std::string& field : refused) {
    EXPECT_EQ(parse_available_dictionary(field), std::nullopt) << field;
  }
}

struct Asked {
  http::FieldLines fields;
  config::Headers extra;
  bool expected;
};

void expect_answers(const std::vector<Asked>& cases) {
  for (const Asked& one : cases) {
    const http::MadeRequest request(one.fields);
    EXPECT_EQ(may_use_dictionary(request.get(), one.extra), one.expected)
        << testing::PrintToString(one.fields) << testing::PrintToString(one.extra);
  }
}

TEST(MayUseDictionary, WhereThePageMayReadTheAnswer) {
  expect_answers({
      {{}, {}, true},
      {{{"Origin", "https://a.test"}}, {}, true},
      {{{"Sec-Fetch-Site", "cross-site"}}, {}, true},  // not a browser that tells its mode
      {{{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Mode", "no-cors"}}, {}, true},
      {{{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Mode", "cors"}}, {}, true},
      {{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "navigate"}}, {}, true},
      {{{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Mode", "navigate"}}, {}, true},
      {{{"Sec-Fetch-Mode", "same-origin"}}, {}, true},
  });
}

TEST(MayUseDictionary, ButNotWhereItMayOnlyUseIt) {
  const config::Headers open = {{"Access-Control-Allow-Origin", "*"}};
  expect_answers({
      {{{"Sec-Fetch-Mode", "no-cors"}}, {}, false},
      {{{"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Mode", "no-cors"}}, open, false},
      {{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}}, open, false},
      {{{"Sec-Fetch-Site", "none"}, {"Sec-Fetch-Mode", "no-cors"}}, open, false},
      {{{"Sec-Fetch-Site", "Same-Origin"}, {"Sec-Fetch-Mode", "no-cors"}}, open, false},
      {{{"Sec-Fetch-Mode", "websocket"}}, open, false},
      {{{"Sec-Fetch-Mode", ""}}, open, false},
  });
}

TEST(MayUseDictionary, WhereTheAnswersOwnFieldsLetTheOriginReadIt) {
  const http::FieldLines cors = {
      {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "cors"}, {"Origin", "https://a.test"}};
  const http::FieldLines without_origin = {{"Sec-Fetch-Site", "cross-site"},
                                           {"Sec-Fetch-Mode", "cors"}};
  const auto allow = [](std::string value) {
    return config::Headers{{"X-Other", "*"}, {"access-control-allow-origin", std::move(value)}};
  };
  expect_answers({
      {cors, {}, false},
      {cors, {{"X-Other", "*"}}, false},
      {cors, allow("*"), true},
      {cors, allow("https://a.test"), true},
      {cors, allow(" https://a.test "), true},
      {cors, allow("https://b.test"), false},
      {cors, allow("https://a.test:8443"), false},
      {cors, allow("http://a.test"), false},
      {cors, allow("https://A.test"), false},
      {cors, allow("https://a.test, https://b.test"), false},
      {cors, allow(""), false},
      {cors, allow("null"), false},
      {without_origin, allow("*"), false},
      {cors,
       {{"Access-Control-Allow-Origin", "*"}, {"Access-Control-Allow-Origin", "*"}},
       false},  // a browser refuses two
  });
}

}  // namespace
}  // namespace frontis::media
