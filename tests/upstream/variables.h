// What the bytes of a request to a CGI-like application say, read back with a reader of the
// tests' own.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace frontis::upstream {

using Variables = std::vector<std::pair<std::string, std::string>>;

// "none" where there is no variable of that name, "several" where it comes more than once.
inline std::string value_of(const Variables& variables, std::string_view name) {
  std::string found = "none";
  for (const auto& [each, value] : variables) {
    if (each == name) found = found == "none" ? value : "several";
  }
  return found;
}

inline std::size_t byte_at(std::string_view text, std::size_t index) {
  EXPECT_LT(index, text.size());
  return index < text.size() ? static_cast<unsigned char>(text[index]) : 0;
}

inline std::string_view take(std::string_view& text, std::size_t count) {
  EXPECT_LE(count, text.size());
  const std::string_view taken = text.substr(0, count);
  text.remove_prefix(taken.size());
  return taken;
}

}  // namespace frontis::upstream
