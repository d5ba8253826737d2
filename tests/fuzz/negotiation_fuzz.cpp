// The input is an Accept-Encoding. Weights stay within a thousand, the choice is one of the
// candidates and acceptable, nothing else weighs more, and their order does not matter.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/negotiation.h"

using frontis::http::Candidate;
using frontis::http::Coding;
using frontis::http::CodingWeights;

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

void check(const CodingWeights& weights, std::array<Candidate, 4> candidates) {
  const auto chosen = frontis::http::choose_coding(weights, candidates);
  for (const Candidate& candidate : candidates) {
    const std::uint16_t weight = weights.of(candidate.coding);
    require(weight <= 1000);
    require(weight <= (chosen ? weights.of(*chosen) : 0));
  }
  std::reverse(candidates.begin(), candidates.end());
  require(frontis::http::choose_coding(weights, candidates) == chosen);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  const std::string_view field(reinterpret_cast<const char*>(data), length);
  const CodingWeights weights = frontis::http::coding_weights(field);
  check(weights,
        {{{Coding::identity, 40}, {Coding::gzip, 30}, {Coding::br, 10}, {Coding::zstd, 20}}});
  check(weights,
        {{{Coding::zstd, 40}, {Coding::identity, 10}, {Coding::gzip, 20}, {Coding::br, 30}}});
  return 0;
}
