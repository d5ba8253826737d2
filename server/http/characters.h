// The character classes of HTTP/1 (RFC 9110, 5.5 and 5.6.2; RFC 3986, 3) as questions about one
// byte or a run of them. The runs are read without a branch for each byte, because this is
// where the time of reading a head goes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/words.h"

namespace frontis::http {

inline constexpr std::array<bool, 256> token_characters = [] {
  std::array<bool, 256> table{};
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned>(c)] = true;
  return table;
}();

constexpr bool is_token_character(char c) {
  return token_characters[static_cast<unsigned char>(c)];
}

// Visible, space, tab, or a byte of some other charset: no control byte, so no line end.
constexpr bool is_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return ((byte >= 0x20) & (byte != 0x7f)) | (byte == '\t');
}

// What a request-target may hold. Raw bytes above ASCII pass: no browser sends them, but scripts
// do, and normalize_path refuses those that are dangerous. '#' begins a fragment, which is the
// client's own business and would be read in two ways.
constexpr bool is_target_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte > 0x20) & (byte != 0x7f) & (byte != '#');
}

// A word at a time (base/words.h). Only a tab, another charset, or what is refused makes it look at
// each byte.
inline bool is_value_text(std::string_view text) {
  constexpr auto is_right = [](std::string_view some) {
    return std::all_of(some.begin(), some.end(), is_value_character);
  };
  if (text.size() < word_size) return is_right(text);
  for (std::size_t at = 0; at + word_size < text.size(); at += word_size) {
    if (!is_printable(word_at(text.data() + at))) return is_right(text);
  }
  // The last word may overlap the one before.
  return is_printable(word_at(text.data() + text.size() - word_size)) || is_right(text);
}

// Looks at every byte even after a wrong one and gathers the verdict in a byte, so that compilers
// can take sixteen at a time.
constexpr bool is_target_text(std::string_view text) {
  unsigned char wrong = 0;
  for (const char c : text) wrong |= static_cast<unsigned char>(!is_target_character(c));
  return wrong == 0;
}

}  // namespace frontis::http
