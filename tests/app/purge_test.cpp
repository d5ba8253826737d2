#include "app/purge.h"

#include <gtest/gtest.h>

namespace frontis::app {
namespace {

TEST(Purge, MeansWhatItSays) {
  struct Case {
    int line;
    std::string_view pattern, key;
    bool expected;
  };
  const Case cases[] = {
      {__LINE__, "example.org/a", "example.org/a http", true},
      {__LINE__, "Example.ORG/a", "example.org/a https", true},
      {__LINE__, "example.org/a", "example.org/a https 10.0.0.1:8000", true},
      {__LINE__, "example.org/a", "example.org:8080/a http", true},
      {__LINE__, "example.org:8080/a", "example.org:8080/a http", true},
      {__LINE__, "example.org:8080/a", "example.org/a http", false},
      {__LINE__, "example.org/a", "example.org.other/a http", false},
      {__LINE__, "example.org/a", "www.example.org/a http", false},
      {__LINE__, "example.org/A", "example.org/a http", false},
      {__LINE__, "example.org/a", "example.org/a?b http", false},
      {__LINE__, "example.org/a*", "example.org/a?b http", true},
      {__LINE__, "example.org/a*", "example.org:81/ab http", true},
      {__LINE__, "example.org/a*", "example.org/b http", false},
      {__LINE__, "example.org/a *", "example.org/a http", false},
      {__LINE__, "[::1]/a", "[::1]:8080/a http", true},
      {__LINE__, "[::1]/a", "[::1]/a http", true},
      {__LINE__, "[::1]:81/a", "[::1]:8080/a http", false},
      // A path on all hosts.
      {__LINE__, "/a", "example.org/a http", true},
      {__LINE__, "/a", "other.example:81/a https", true},
      {__LINE__, "/a", "/a http 127.0.0.1:80", true},
      {__LINE__, "/a", "example.org/a/a http", false},
      {__LINE__, "/*", "example.org/a http", true},
      // No path.
      {__LINE__, "example.org*", "example.org:81/a http", true},
      {__LINE__, "example*", "example.org/a http", true},
      {__LINE__, "other*", "example.org/a http", false},
      {__LINE__, "*", "example.org/a http", true},
      {__LINE__, "example.org", "example.org/a http", false},
      {__LINE__, "", "example.org/a http", false},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(Purge(test.pattern).means(test.key), test.expected) << "line " << test.line;
  }
}

}  // namespace
}  // namespace frontis::app
