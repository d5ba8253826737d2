// Small questions about ASCII text that several rooms ask. Everything here is locale-free:
// protocols are written in ASCII whatever the machine speaks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace frontis {

constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Of two texts of the same length.
[[nodiscard]] bool same_letters(const char* a, const char* b, std::size_t length);
// Inline, because most names differ in length already.
[[nodiscard]] inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && same_letters(a.data(), b.data(), a.size());
}
[[nodiscard]] std::string lower_case(std::string_view text);

// Without the spaces and tabs at both ends (RFC 9110, 5.6.3: OWS).
[[nodiscard]] constexpr std::string_view trim(std::string_view text) {
  constexpr auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// What follows the last slash of a path; all of it where there is none.
[[nodiscard]] std::string_view last_segment(std::string_view path);

// Digits only, at least one, no sign; none when it does not fit 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view digits);

// Lower-case hexadecimal of `bytes`.
[[nodiscard]] std::string to_hex(std::span<const unsigned char> bytes);

// The candidate that `word` was probably meant to be (edit distance at most a third of its
// length, at least 1, where a swap of two neighbours is one edit), or an empty view. Used by
// errors that say "did you mean".
[[nodiscard]] std::string_view closest(std::string_view word,
                                       std::span<const std::string_view> candidates);

// `text` as it may stand in a log line or an error: control bytes and quotes escaped as \xNN,
// cut at `limit` bytes with "..." in place of the rest.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 200);

}  // namespace frontis
