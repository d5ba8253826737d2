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

std::string_view take_member(std::string_view& list) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < list.size() && (quoted || list[end] != ','); ++end) {
    if (list[end] == '"') quoted = !quoted;
    if (quoted && list[end] == '\\') ++end;
  }
  const std::string_view member = list.substr(0, end);
  list.remove_prefix(end < list.size() ? end + 1 : list.size());
  return member;
}

bool has_member(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    if (equal_ignoring_case(trim(take_until(',', list)), word)) return true;
  }
  return false;
}

}  // namespace frontis::http
