// The weights that a client gives in Accept and Accept-Encoding (RFC 9110, 12.4.2). Pure; no
// allocation. For those who choose by them: accept.cpp, negotiation.cpp, and the cache of the
// app's answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace frontis::http {

inline constexpr std::uint16_t full_weight = 1000;  // thousandths: q=1, or no q at all

// "0" or "1", and up to three decimals, which are zeros behind a 1; in thousandths.
[[nodiscard]] std::optional<std::uint16_t> parse_weight(std::string_view text);

// The q among the parameters of a member, full when there is none; none when it is malformed.
[[nodiscard]] std::optional<std::uint16_t> weight_in(std::string_view parameters);

}  // namespace frontis::http
