#include "http/weight.h"

#include <algorithm>

#include "base/text.h"
#include "http/list.h"

namespace frontis::http {

std::optional<std::uint16_t> parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  unsigned value = text[0] == '1' ? full_weight : 0;
  unsigned unit = 100;
  for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
    if (!is_digit(c)) return std::nullopt;
    value += static_cast<unsigned>(c - '0') * unit;
    unit /= 10;
  }
  if (value > full_weight) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

std::optional<std::uint16_t> weight_in(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = trim(take_until(';', parameters));
    std::string_view value = parameter;
    const std::string_view name = take_until('=', value);
    if (equal_ignoring_case(trim(name), "q")) return parse_weight(value);
  }
  return full_weight;
}

}  // namespace frontis::http
