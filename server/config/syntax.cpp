#include "config/syntax.h"

#include <cstddef>

namespace frontis::config {

namespace {

// The parser takes byte 4 for the end of the file and a NUL for UTF-16: neither they nor other
// control bytes may reach it. FE and FF occur in no UTF-8 text.
bool is_text_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte == '\t' || byte == '\n' || byte == '\r') return true;
  return byte >= 0x20 && byte != 0x7f && byte < 0xfe;
}

// The parser's own words, where they do not lead to the remedy.
struct Wording {
  std::string_view parser;  // how its message begins
  std::string_view plain;
};

constexpr std::string_view quote_the_star =
    "unknown alias; a text that begins with '*' must stand in quotes: \"*\", \"*.example.org\"";
constexpr std::string_view not_the_next =
    "expected the next key or item here; check the indentation, or put the text in quotes";
constexpr std::string_view no_tabs = "a line cannot be indented with a tab; use spaces";
constexpr Wording wordings[] = {
    {"the referenced anchor is not defined", quote_the_star},
    {"alias not found after *", quote_the_star},
    {"illegal character found while scanning alias", quote_the_star},
    {"end of map flow not found", "a '{' is not closed; expected ',' or '}' before this"},
    {"end of sequence flow not found", "a '[' is not closed; expected ',' or ']' before this"},
    {"end of map not found", not_the_next},
    {"end of sequence not found", not_the_next},
    {"illegal map value",
     "a ':' is not expected here; check the indentation and the line before, and put a text that "
     "holds ': ' in quotes"},
    {"unknown token", "a text that begins with this character must stand in quotes"},
    {"illegal flow end", "this closes nothing that is open"},
};

// The line that `position` is in is indented with a tab.
bool is_indented_with_tab(std::string_view text, std::size_t position) {
  if (position > text.size()) return false;
  const std::size_t break_before = text.substr(0, position).rfind('\n');
  const std::size_t begin = break_before == text.npos ? 0 : break_before + 1;
  const std::size_t end = text.find_first_not_of(" \t", begin);
  return text.substr(begin, end - begin).find('\t') != text.npos;
}

bool is_closed(std::string_view text, std::size_t open) {
  const char quote = text[open];
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      const bool is_doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
      if (!is_doubled) return true;
      ++i;
    }
  }
  return false;
}

}  // namespace

bool is_text(std::string_view text, Faults& faults) {
  Place at{1, 1};
  for (const char c : text) {
    if (!is_text_byte(c)) {
      faults.add(at, "the byte " + in_quotes({&c, 1}) + " cannot stand in a text file in UTF-8");
      return false;
    }
    ++at.column;
    if (c == '\n') at = {at.line + 1, 1};
  }
  return true;
}

std::string syntax_message(std::string_view text, std::size_t position, const std::string& parser) {
  for (const Wording& wording : wordings) {
    if (!parser.starts_with(wording.parser)) continue;
    const bool has_tab = is_indented_with_tab(text, position);
    return std::string(has_tab ? no_tabs : wording.plain);
  }
  return parser;
}

bool is_quote_closed(std::string_view text, std::size_t begin) {
  if (begin >= text.size()) return true;
  constexpr std::string_view blank = " \t\r\n";
  std::size_t open = text[begin] == '&' ? text.find_first_of(blank, begin) : begin;
  open = text.find_first_not_of(blank, open);
  if (open == text.npos || (text[open] != '"' && text[open] != '\'')) return true;
  return is_closed(text, open);
}

}  // namespace frontis::config
