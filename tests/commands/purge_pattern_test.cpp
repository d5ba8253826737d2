#include "commands/purge_pattern.h"

#include <gtest/gtest.h>

namespace frontis::commands {
namespace {

TEST(PurgePattern, IsWhatWasTypedWithoutItsScheme) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"http://example.org/a?b", "example.org/a?b"},
      {"HTTPS://Example.ORG/A", "example.org/A"},
      {"https://example.org:443/", "example.org/"},
      {"http://example.org:443/", "example.org:443/"},
      {"http://example.org:8080", "example.org:8080/"},
      {"http://example.org?a", "example.org/?a"},
      {"http://example.org/a#b", "example.org/a"},
      {"example.org/a*", "example.org/a*"},
      {"Example.org*", "example.org*"},
      {"*", "*"},
      {"/a?b", "/a?b"},
      {"/a*", "/a*"},
      {"/a#b", "/a"},
  };
  for (const auto& [typed, expected] : cases) {
    EXPECT_EQ(purge_pattern(typed).value_or(""), expected) << typed;
  }
}

TEST(PurgePattern, SaysWhatToType) {
  for (const std::string_view typed : {"", "a b", "http://", "http:///a", "http://?a"}) {
    const auto pattern = purge_pattern(typed);
    ASSERT_FALSE(pattern) << typed;
    EXPECT_FALSE(pattern.error().message.empty());
  }
}

TEST(PurgePattern, RefusesAPathWithoutItsSlash) {
  for (const std::string_view typed : {"c/1", "news*", "localhost/a"}) {
    const auto pattern = purge_pattern(typed);
    ASSERT_FALSE(pattern) << typed;
    EXPECT_EQ(pattern.error().message,
              "expected a URL such as http://www.example.org/app.css, or a path that begins with "
              "'/', found '" +
                  std::string(typed) + "'");
  }
  EXPECT_EQ(purge_pattern("http://localhost/a").value_or(""), "localhost/a");
  EXPECT_EQ(purge_pattern("localhost:8080/a").value_or(""), "localhost:8080/a");
}

}  // namespace
}  // namespace frontis::commands
