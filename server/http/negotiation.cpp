#include "http/negotiation.h"

#include <algorithm>

#include "base/text.h"
#include "http/list.h"
#include "http/weight.h"

namespace frontis::http {

namespace {

constexpr std::uint16_t least_weight = 1;

const CodingName* find_coding(std::string_view token) {
  if (equal_ignoring_case(token, "x-gzip")) return &row_of(Coding::gzip);  // RFC 9110, 8.4.1.3
  for (const CodingName& row : coding_names) {
    if (equal_ignoring_case(token, row.token)) return &row;
  }
  return nullptr;
}

}  // namespace

bool CodingWeights::take_codings() const {
  return std::any_of(coding_names.begin(), coding_names.end(), [this](const CodingName& row) {
    return row.coding != Coding::identity && of(row.coding) > 0;
  });
}

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

const CodingWeights& LastCodingWeights::of(std::optional<std::string_view> field) {
  if (field == field_) return weights_;
  field_ = field;
  weights_ = coding_weights(field);
  return weights_;
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
