#include "config/address.h"

#include <gtest/gtest.h>

namespace frontis::config {
namespace {

TEST(Listen, IsReadFromEachOfItsForms) {
  const struct {
    std::string written, text;
  } cases[] = {
      {"8080", "*:8080"},
      {"1", "*:1"},
      {"65535", "*:65535"},
      {"*:80", "*:80"},
      {"127.0.0.1:8081", "127.0.0.1:8081"},
      {"0.0.0.0:80", "0.0.0.0:80"},
      {"[::1]:443", "[::1]:443"},
      {"[::]:443", "[::]:443"},
      {"[2001:DB8:0:0::1]:443", "[2001:db8::1]:443"},
      {"unix:/run/frontis.sock", "unix:/run/frontis.sock"},
      {"unix:run/./frontis.sock", "unix:/etc/frontis/run/frontis.sock"},
  };
  for (const auto& one : cases) {
    const Result<Listen> listen = parse_listen(one.written, "/etc/frontis");
    ASSERT_TRUE(listen) << one.written << ": " << listen.error().message;
    EXPECT_EQ(listen->text(), one.text) << one.written;
    EXPECT_EQ(listen->is_unix(), one.written.starts_with("unix:"));
  }
}

TEST(Listen, IsRefusedWhereItIsNoAddress) {
  const std::string cases[] = {
      "",
      "0",
      "65536",
      "-1",
      "+80",
      "80a",
      ":80",
      "a:80",
      "127.0.0.1",
      "127.0.0.1:",
      "127.1:80",
      "[::1]",
      "[]:80",
      "[127.0.0.1]:80",
      "::1:80",
      "[::1%lo]:80",
      "*:",
      "*:*",
      "unix:",
      "http://127.0.0.1:80",
      "1.2.3.4:80:90",
      "99999999999999999999999",
      std::string("127.0.0.1\0:80", 13),
      std::string("unix:/a\0b", 9),
      "unix:/" + std::string(107, 'a'),
  };
  for (const std::string& text : cases) {
    EXPECT_FALSE(parse_listen(text, "/etc/frontis")) << text;
  }
}

TEST(Listen, MayHaveTheLongestPathOfASocket) {
  EXPECT_TRUE(parse_listen("unix:/" + std::string(106, 'a'), "/"));
  const Result<Listen> longer = parse_listen("unix:/" + std::string(107, 'a'), "/");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().message, "the path of a socket has at most 107 bytes, found 108");
}

TEST(Host, IsReadInLowerCase) {
  const struct {
    std::string written, host;
  } cases[] = {
      {"*", "*"},
      {"localhost", "localhost"},
      {"WWW.Example.ORG", "www.example.org"},
      {"example.org.", "example.org"},
      {"*.Example.org", "*.example.org"},
      {"xn--mnchen-3ya.example", "xn--mnchen-3ya.example"},
      {"my_site-1.test", "my_site-1.test"},
      {"127.0.0.1", "127.0.0.1"},
      {"[0::1]", "[::1]"},
  };
  for (const auto& one : cases) {
    const Result<std::string> host = parse_host(one.written);
    ASSERT_TRUE(host) << one.written;
    EXPECT_EQ(*host, one.host);
  }
}

TEST(Host, IsRefusedWhereNoRequestCouldNameIt) {
  const std::string cases[] = {
      "",
      ".",
      "..",
      "a..b",
      ".a",
      "a b",
      "*a",
      "a.*",
      "**",
      "*.",
      "*.*.a",
      "a:80",
      "http://a",
      "a/b",
      "u@a",
      "[::1",
      "[]",
      "[a]",
      "[::1]:80",
      "a\n",
      "caf\xc3\xa9.org",
      std::string(64, 'a'),
      std::string(63, 'a') + "." + std::string(190, 'b'),
      std::string("a\0b", 3),
  };
  for (const std::string& text : cases) EXPECT_FALSE(parse_host(text)) << text;
}

TEST(Path, IsTakenFromTheFolderOfTheFile) {
  const struct {
    std::string written, absolute;
  } cases[] = {
      {"/srv/static", "/srv/static"},
      {"/srv//static/", "/srv/static"},
      {"static", "/etc/frontis/static"},
      {"./static/", "/etc/frontis/static"},
      {"../static", "/etc/frontis/../static"},
      {"/", "/"},
      {".", "/etc/frontis"},
  };
  for (const auto& one : cases) EXPECT_EQ(absolute_path("/etc/frontis", one.written), one.absolute);
}

}  // namespace
}  // namespace frontis::config
