#include "http/target.h"

#include <gtest/gtest.h>

#include <vector>

namespace frontis::http {
namespace {

using namespace std::string_view_literals;

TEST(NormalizePath, LeavesANormalPathAlone) {
  for (const std::string_view raw : {"/",
                                     "/index.html",
                                     "/a/b/c",
                                     "/a/",
                                     "/.well-known/x",
                                     "/...",
                                     "/.a",
                                     "/..a",
                                     "/a.",
                                     "/a..",
                                     "/a.b/..c/d..",
                                     "/a\\..\\b",
                                     "/a;b=c/d,e",
                                     "/~user/+@:!$&'()*",
                                     "/caf\xc3\xa9",
                                     "/\xe0\xa4\x95",
                                     "/\xf0\x9f\x98\x80",
                                     "/\xff\xfe",
                                     "/a?b",
                                     "/.../..../"}) {
    std::string out = "from before";
    EXPECT_TRUE(normalize_path(raw, out)) << raw;
    EXPECT_EQ(out, "") << raw;
  }
}

TEST(NormalizePath, DecodesMergesAndRemovesDotSegments) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases{
      {"/%61", "/a"},
      {"/a%20b", "/a b"},
      {"/caf%C3%a9", "/caf\xc3\xa9"},
      {"/%25", "/%"},
      {"/%2561", "/%61"},  // decoded once
      {"/%3f%23", "/?#"},
      {"/a%5Cb", "/a\\b"},
      {"/%ff", "/\xff"},
      {"/%e0%a4%95", "/\xe0\xa4\x95"},
      {"/%f0%9f%98%80", "/\xf0\x9f\x98\x80"},
      {"/a%0d%0ab", "/a\r\nb"},
      {"/%7f%01", "/\x7f\x01"},
      {"//", "/"},
      {"///", "/"},
      {"//a", "/a"},
      {"/a//b", "/a/b"},
      {"/a///", "/a/"},
      {"/.", "/"},
      {"/./", "/"},
      {"/./a", "/a"},
      {"/a/.", "/a/"},
      {"/a/./b", "/a/b"},
      {"/a/././", "/a/"},
      {"/a/..", "/"},
      {"/a/../", "/"},
      {"/a/../b", "/b"},
      {"/a/b/..", "/a/"},
      {"/a/b/../..", "/"},
      {"/a/b/../../c", "/c"},
      {"/a/b/c/./../../g", "/a/g"},  // RFC 3986, 5.2.4
      {"/a//../b", "/b"},
      {"/a/%2e/b", "/a/b"},
      {"/a/%2e%2e/b", "/b"},
      {"/a/.%2E/b", "/b"},
      {"/a/%2e.", "/"},
      {"/%2e", "/"},
      {"/a%2fb", "/a/b"},
      {"/a%2Fb%2F", "/a/b/"},
      {"/%2f", "/"},
      {"/%2fa", "/a"},
      {"/a%2f/b", "/a/b"},
      {"/a/%2f%2f/b", "/a/b"},
      {"/a%2f...%2fb", "/a/.../b"},
      {"/a%2f.b", "/a/.b"},
      {"/..a/../b", "/b"},
      {"/.../../b", "/b"},
      {"/%c3/../a", "/a"},
  };
  for (const auto& [raw, expected] : cases) {
    std::string out = "from before";
    EXPECT_TRUE(normalize_path(raw, out)) << raw;
    EXPECT_EQ(out, expected) << raw;
  }
}

TEST(NormalizePath, RefusesWhatClimbsOrHides) {
  for (const std::string_view raw : {
           ""sv,
           "a"sv,
           "*"sv,
           "%2fa"sv,
           "../a"sv,
           // above the root
           "/.."sv,
           "/../"sv,
           "/../a"sv,
           "/a/../.."sv,
           "/a/../../b"sv,
           "/./.."sv,
           "//.."sv,
           "/%2e%2e"sv,
           "/%2e%2e/a"sv,
           "/.%2e/"sv,
           "/a/b/../../../c"sv,
           // dot segments that only an encoded slash makes
           "/a/..%2fb"sv,
           "/a/..%2Fb"sv,
           "/a%2f../b"sv,
           "/a%2f.."sv,
           "/a/%2e%2e%2fb"sv,
           "/a%2f%2e%2e"sv,
           "/a/.%2fb"sv,
           "/a%2f."sv,
           "/a%2f./b"sv,
           "/a/%2f../b"sv,
           "/a%2f/../b"sv,
           "/%2f.."sv,
           "/..%2f"sv,
           // malformed escapes
           "/%"sv,
           "/a%"sv,
           "/a%2"sv,
           "/%zz"sv,
           "/%2g"sv,
           "/%g2"sv,
           "/%%41"sv,
           "/% 1"sv,
           "/%-1"sv,
           "/%0x41"sv,
           "/%u0041"sv,
           // NUL
           "/%00"sv,
           "/a%00.html"sv,
           "/a\0b"sv,
           "/\0"sv,
           // overlong UTF-8, escaped and raw
           "/%c0%af"sv,
           "/%c0%ae%c0%ae/"sv,
           "/%c1%9c"sv,
           "/%C0"sv,
           "/%e0%80%af"sv,
           "/%e0%9f%bf"sv,
           "/%f0%80%80%af"sv,
           "/%f0%8f%bf%bf"sv,
           "/\xc0\xaf"sv,
           "/\xc1"sv,
           "/\xe0\x80\xaf"sv,
           "/\xf0\x80\x80\xaf"sv,
           "/\xe0%80%af"sv,
           "/%e0\x80\xaf"sv,
           "/a/%c0%af/../b"sv,
       }) {
    std::string out = "from before";
    const Result<void> result = normalize_path(raw, out);
    ASSERT_FALSE(result) << raw;
    EXPECT_EQ(result.error().kind, ErrorKind::bad_request) << raw;
    EXPECT_EQ(out, "") << raw;
  }
}

TEST(EncodePath, KeepsWhatMayStandInAPath) {
  constexpr std::string_view plain = "/azAZ09-._~!$&'()*+,;=:@/";
  EXPECT_EQ(encode_path(plain), plain);
}

TEST(EncodePath, EscapesTheRest) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases{
      {"/a b", "/a%20b"},
      {"/100%", "/100%25"},
      {"/?#", "/%3F%23"},
      {"/caf\xc3\xa9", "/caf%C3%A9"},
      {"/a\r\nSet-Cookie: x", "/a%0D%0ASet-Cookie:%20x"},
      {"/\"<>[]\\^`{|}", "/%22%3C%3E%5B%5D%5C%5E%60%7B%7C%7D"},
      {"/\0\x01\x7f\xff"sv, "/%00%01%7F%FF"},
      {"", ""},
  };
  for (const auto& [path, expected] : cases) EXPECT_EQ(encode_path(path), expected) << path;
}

TEST(EncodePath, IsUndoneByNormalizePath) {
  std::string path = "/";
  for (int byte = 1; byte < 256; ++byte) {
    if (byte == 0xc0 || byte == 0xc1 || byte == '/') continue;
    path.push_back(static_cast<char>(byte));
  }
  std::string out;
  ASSERT_TRUE(normalize_path(encode_path(path), out));
  EXPECT_EQ(out, path);
}

TEST(ParseAuthority, SplitsHostAndPort) {
  struct AuthorityCase {
    std::string_view text, host, port;
  };
  const std::vector<AuthorityCase> cases{
      {"example.org", "example.org", ""},
      {"EXAMPLE.org:8080", "EXAMPLE.org", "8080"},
      {"example.org:", "example.org", ""},
      {"example.org:0", "example.org", "0"},
      {"example.org:65535", "example.org", "65535"},
      {"example.org:00080", "example.org", "00080"},
      {"example.org.", "example.org.", ""},
      {"a_b-c.d~e", "a_b-c.d~e", ""},
      {"a!$&'()*+,;=b", "a!$&'()*+,;=b", ""},
      {"a%41%c3%A9", "a%41%c3%A9", ""},
      {"127.0.0.1", "127.0.0.1", ""},
      {"127.0.0.1:80", "127.0.0.1", "80"},
      {"999.1.1.1", "999.1.1.1", ""},  // no address, but a name
      {"[::1]", "[::1]", ""},
      {"[::1]:8080", "[::1]", "8080"},
      {"[::1]:", "[::1]", ""},
      {"[::]", "[::]", ""},
      {"[2001:DB8::a:b]", "[2001:DB8::a:b]", ""},
      {"[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7:8]", ""},
      {"[::ffff:192.0.2.1]:80", "[::ffff:192.0.2.1]", "80"},
      {"[v1.a:b]", "[v1.a:b]", ""},
      {"[VaF.x]:1", "[VaF.x]", "1"},
      {"", "", ""},
      {":80", "", "80"},
      {":", "", ""},
  };
  for (const AuthorityCase& test : cases) {
    const Result<Authority> authority = parse_authority(test.text);
    ASSERT_TRUE(authority) << test.text;
    EXPECT_EQ(authority->host, test.host) << test.text;
    EXPECT_EQ(authority->port, test.port) << test.text;
  }
}

TEST(ParseAuthority, RefusesWhatIsMalformed) {
  for (const std::string_view text : {
           "[::1"sv,
           "::1"sv,
           "::1]"sv,
           "[]"sv,
           "["sv,
           "]"sv,
           "[::1]x"sv,
           "[::1]80"sv,
           "[::1]:x"sv,
           "[::1]:80:90"sv,
           "[::1]]"sv,
           "[[::1]]"sv,
           "[::1%25eth0]"sv,
           "[::1%eth0]"sv,
           "[127.0.0.1]"sv,
           "[example.org]"sv,
           "[1:2:3:4:5:6:7]"sv,
           "[1:2:3:4:5:6:7:8:9]"sv,
           "[12345::]"sv,
           "[1::2::3]"sv,
           "[::ffff:192.0.2.999]"sv,
           "[::1\0]"sv,
           "[ ::1]"sv,
           "[v.x]"sv,
           "[v1.]"sv,
           "[v1]"sv,
           "[vg.x]"sv,
           "[v1.a/b]"sv,
           "a[::1]"sv,
           "a:b"sv,
           "a:80:90"sv,
           "a:65536"sv,
           "a:99999999999999999999999"sv,
           "a:-1"sv,
           "a:+80"sv,
           "a: 80"sv,
           "a:80 "sv,
           "a:8 0"sv,
           "a:0x50"sv,
           "u@a"sv,
           "u:p@a"sv,
           "@a"sv,
           "a%zz"sv,
           "a%"sv,
           "a%4"sv,
           "a b"sv,
           " a"sv,
           "a "sv,
           "a/b"sv,
           "a?b"sv,
           "a#b"sv,
           "a\\b"sv,
           "a\"b"sv,
           "a<b>"sv,
           "a{b}"sv,
           "a|b"sv,
           "a^b"sv,
           "a\tb"sv,
           "a\0b"sv,
           "caf\xc3\xa9"sv,
           "http://a"sv,
           "a\x7f"sv,
       }) {
    const Result<Authority> authority = parse_authority(text);
    ASSERT_FALSE(authority) << text;
    EXPECT_EQ(authority.error().kind, ErrorKind::bad_request) << text;
  }
}

}  // namespace
}  // namespace frontis::http
