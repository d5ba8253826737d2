#include "http/accept.h"

#include <optional>

#include "base/text.h"
#include "http/list.h"
#include "http/weight.h"

namespace frontis::http {

namespace {

// The weight of a member with these parameters for the type without any; none when it is
// malformed, or when a parameter before q narrows the member to a kind of the type.
std::optional<std::uint16_t> plain_weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = trim(take_until(';', parameters));
    if (parameter.empty()) continue;
    std::string_view rest = parameter;
    const bool is_weight = equal_ignoring_case(trim(take_until('=', rest)), "q");
    return is_weight ? weight_in(parameter) : std::nullopt;
  }
  return full_weight;
}

}  // namespace

std::uint16_t explicit_weight(std::string_view accept, std::string_view type) {
  while (!accept.empty()) {
    std::string_view parameters = take_unquoted(',', accept);
    if (!equal_ignoring_case(trim(take_until(';', parameters)), type)) continue;
    // Of two weights for one type the first counts.
    if (const auto weight = plain_weight(parameters)) return *weight;
  }
  return 0;
}

}  // namespace frontis::http
