#include "app/cache_key.h"

#include <gtest/gtest.h>

#include "asked.h"

namespace frontis::app {
namespace {

TEST(CacheKey, IsWhereTheAnswerWasAskedFor) {
  struct Case {
    int line;
    std::string_view scheme, host, request, expected, host_field = {};
  };
  const Case cases[] = {
      {__LINE__, "https", "example.org", "GET / HTTP/1.1", "example.org/ https"},
      {__LINE__, "https", "Example.ORG:443", "GET /A HTTP/1.1", "example.org/A https"},
      {__LINE__, "http", "example.org:80", "GET /a HTTP/1.1", "example.org/a http"},
      {__LINE__, "http", "example.org:443", "GET /a HTTP/1.1", "example.org:443/a http"},
      {__LINE__, "http", "[::1]:8080", "GET /a?b=/c HTTP/1.1", "[::1]:8080/a?b=/c http"},
      {__LINE__, "http", "example.org", "GET /a? HTTP/1.1", "example.org/a? http"},
      {__LINE__, "http", "example.org", "GET /%41//b HTTP/1.1", "example.org/%41//b http"},
      {__LINE__, "http", "example.org", "HEAD /a HTTP/1.1", "example.org/a http"},
      {__LINE__, "http", "example.org", "GET http://example.org/a?x HTTP/1.1",
       "example.org/a?x http"},
      // The app sees both hosts where there are two.
      {__LINE__, "http", "example.org", "GET /a HTTP/1.1", "example.org/a http", "Example.org:80"},
      {__LINE__, "https", "example.org", "GET /a HTTP/1.1", "example.org/a https 10.0.0.1:8000",
       "10.0.0.1:8000"},
      {__LINE__, "https", "example.org", "GET /a HTTP/1.1", "example.org/a https example.org:80",
       "example.org:80"},
      {__LINE__, "http", "", "GET /a HTTP/1.0", "/a http 127.0.0.1:81", "127.0.0.1:81"},
  };
  for (const Case& test : cases) {
    const Asked asked(test.request);
    EXPECT_EQ(cache_key({test.scheme, test.host, test.host_field}, asked.get()), test.expected)
        << test.line;
  }
}

TEST(KeyBeside, FollowsALocationOnTheSameHost) {
  const std::string key = "example.org:81/a?b http";
  const std::pair<std::string_view, std::string> cases[] = {
      {"/x?y", "example.org:81/x?y http"},
      {"/x#part", "example.org:81/x http"},
      {"http://Example.org:81/x", "example.org:81/x http"},
      {"HTTP://example.org:81", "example.org:81/ http"},
      {"http://example.org:81?q", "example.org:81/?q http"},
      {"http://other.example/x", ""},
      {"http://example.org/x", ""},
      {"https://example.org:81/x", ""},
      {"//example.org:81/x", ""},
      {"x", ""},
      {"", ""},
  };
  for (const auto& [location, expected] : cases) {
    EXPECT_EQ(key_beside(key, location).value_or(""), expected) << location;
  }
}

TEST(KeyBeside, KeepsTheHostThatTheAppSees) {
  const std::string key = "example.org/a https inner:8000";
  for (const std::string_view location :
       {"/x", "https://example.org/x", "https://example.org:443/x", "https://inner:8000/x"}) {
    EXPECT_EQ(key_beside(key, location), "example.org/x https inner:8000") << location;
  }
  EXPECT_FALSE(key_beside(key, "http://example.org/x"));
  EXPECT_FALSE(key_beside(key, "https://inner/x"));
  EXPECT_FALSE(key_beside("/a http", "http:///x"));
}

TEST(VaryNames, LeaveOutWhatTheKeyHas) {
  const auto names = vary_names(
      fields_of("Vary: X-Forwarded-Proto, X-Forwarded-Host, x-forwarded-port, X-Real-IP\r\n"));
  EXPECT_EQ(names, (std::vector<std::string>{"x-real-ip"}));
}

TEST(NamesTheClient, KnowsTheFieldsThatAreWrittenAnew) {
  for (const std::string_view name :
       {"x-real-ip", "forwarded", "x-forwarded-for", "x-forwarded-server"}) {
    EXPECT_TRUE(names_the_client(name)) << name;
  }
  for (const std::string_view name :
       {"x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "accept", "cookie"}) {
    EXPECT_FALSE(names_the_client(name)) << name;
  }
}

TEST(VaryNames, AreALowerCaseSet) {
  const auto names = vary_names(
      fields_of("Vary: Cookie, accept-encoding\r\nX: y\r\nvary: ACCEPT-ENCODING,, Accept\r\n"));
  EXPECT_EQ(names, (std::vector<std::string>{"accept", "accept-encoding", "cookie"}));
  EXPECT_TRUE(vary_names(fields_of("Vary: *\r\n")).empty());
}

TEST(CodingSet, IsWhatTheClientTakes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},
      {"gzip, br", "br,gzip"},
      {"br;q=0.5 ,  GZIP", "br,gzip"},
      {"gzip,gzip", "gzip"},
      {"x-gzip, x-compress", "compress,gzip"},
      {"gzip;q=0, *", "*,gzip;q=0"},
      {"identity;q=0", "identity;q=0"},
      {"gzip;q=2, br", "br,gzip;q=2"},
      {", ,", ""},
  };
  for (const auto& [field, expected] : cases) EXPECT_EQ(coding_set(field), expected) << field;
}

TEST(SecondaryKey, IsEqualWhereTheAnswerWouldBe) {
  struct Case {
    int line;
    std::string_view one, other;
    bool is_equal;
  };
  const std::vector<std::string> names{"accept-encoding", "accept-language", "user-agent"};
  const Case cases[] = {
      {__LINE__, "", "", true},
      {__LINE__, "X-Other: 1\r\n", "X-Other: 2\r\n", true},
      {__LINE__, "Accept-Encoding: gzip, br\r\n", "accept-encoding: br;q=0.9,gzip\r\n", true},
      {__LINE__, "Accept-Encoding: gzip\r\nAccept-Encoding: br\r\n",
       "Accept-Encoding: br, gzip\r\n", true},
      {__LINE__, "Accept-Encoding: gzip\r\n", "Accept-Encoding: br\r\n", false},
      {__LINE__, "Accept-Encoding: deflate\r\n", "", false},
      {__LINE__, "Accept-Encoding:\r\n", "", false},
      {__LINE__, "Accept-Language: de,  en\r\n", "Accept-Language: de,en\r\n", true},
      {__LINE__, "Accept-Language: de\r\n", "Accept-Language: en\r\n", false},
      {__LINE__, "User-Agent: a, b\r\n", "User-Agent: a,b\r\n", false},
      {__LINE__, "User-Agent: accept\r\n", "Accept-Language: accept\r\n", false},
  };
  for (const Case& test : cases) {
    const Asked one("GET / HTTP/1.1", test.one);
    const Asked other("GET / HTTP/1.1", test.other);
    EXPECT_EQ(secondary_key(names, one.get()) == secondary_key(names, other.get()), test.is_equal)
        << "line " << test.line;
  }
}

}  // namespace
}  // namespace frontis::app
