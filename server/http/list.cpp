#include "http/list.h"

#include <algorithm>

#include "base/text.h"

namespace frontis::http {

std::string_view take_until(char separator, std::string_view& text) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::string_view take_unquoted(char separator, std::string_view& text) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != separator); ++end) {
    if (text[end] == '"') quoted = !quoted;
    if (quoted && text[end] == '\\') ++end;
  }
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end < text.size() ? end + 1 : text.size());
  return part;
}

bool has_member(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    if (equal_ignoring_case(trim(take_until(',', list)), word)) return true;
  }
  return false;
}

}  // namespace frontis::http
