#include "http/negotiation.h"

#include <algorithm>

#include "base/text.h"

namespace frontis::http {

namespace {

constexpr std::uint16_t full_weight = 1000;
constexpr std::uint16_t least_weight = 1;

// What is in front of the first `separator`; takes both off `text`.
std::string_view take_until(char separator, std::string_view& text) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// RFC 9110, 12.4.2: "0" or "1", and up to three decimals, which are zeros behind a 1.
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

// The q among the parameters of a member, 1 when there is none; none when it is malformed.
std::optional<std::uint16_t> weight_in(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = trim(take_until(';', parameters));
    std::string_view value = parameter;
    const std::string_view name = take_until('=', value);
    if (equal_ignoring_case(trim(name), "q")) return parse_weight(value);
  }
  return full_weight;
}

const CodingName* find_coding(std::string_view token) {
  if (equal_ignoring_case(token, "x-gzip")) return &row_of(Coding::gzip);  // RFC 9110, 8.4.1.3
  for (const CodingName& row : coding_names) {
    if (equal_ignoring_case(token, row.token)) return &row;
  }
  return nullptr;
}

}  // namespace

CodingWeights coding_weights(std::optional<std::string_view> field) {
  std::array<std::optional<std::uint16_t>, codings> named;
  std::optional<std::uint16_t> others;  // what "*" says
  std::string_view rest = field.value_or("");
  while (!rest.empty()) {
    std::string_view parameters = take_until(',', rest);
    const std::string_view token = trim(take_until(';', parameters));
    const CodingName* const row = find_coding(token);
    if (row == nullptr && token != "*") continue;
    auto& slot = row == nullptr ? others : named[static_cast<std::size_t>(row->coding)];
    if (!slot) slot = weight_in(parameters);  // of two weights for one coding the first counts
  }
  CodingWeights weights;
  for (const CodingName& row : coding_names) {
    const auto i = static_cast<std::size_t>(row.coding);
    // 12.5.3: identity is acceptable unless it is excluded, itself or by "*".
    const std::uint16_t unnamed = row.coding == Coding::identity ? least_weight : 0;
    const auto by_star = row.coding == Coding::dcz ? std::nullopt : others;
    weights.weight[i] = named[i].value_or(by_star.value_or(unnamed));
  }
  return weights;
}

std::optional<Coding> choose_coding(const CodingWeights& weights,
                                    std::span<const Candidate> candidates) {
  const Candidate* best = nullptr;
  const auto is_better = [&](const Candidate& one, const Candidate& other) {
    const std::uint16_t weight = weights.of(one.coding);
    const std::uint16_t other_weight = weights.of(other.coding);
    if (weight != other_weight) return weight > other_weight;
    if (one.size != other.size) return one.size < other.size;
    return one.coding == Coding::identity;
  };
  for (const Candidate& candidate : candidates) {
    if (weights.of(candidate.coding) == 0) continue;
    if (best == nullptr || is_better(candidate, *best)) best = &candidate;
  }
  if (best == nullptr) return std::nullopt;
  return best->coding;
}

}  // namespace frontis::http
