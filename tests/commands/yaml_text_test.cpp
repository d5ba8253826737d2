#include "commands/yaml_text.h"

#include <gtest/gtest.h>

namespace frontis::commands {
namespace {

TEST(YamlText, HoldsWhateverBytesThereAre) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "\"\""},
      {"a b", "\"a b\""},
      {"a\"b\\c", "\"a\\\"b\\\\c\""},
      {"a\nb\x7f", "\"a\\x0ab\\x7f\""},
      {"größe", "\"größe\""},
  };
  for (const auto& [text, quoted] : cases) EXPECT_EQ(yaml_quoted(text), quoted);
}

}  // namespace
}  // namespace frontis::commands
