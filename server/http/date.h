// HTTP dates (RFC 9110, 5.6.7): IMF-fixdate out; that, RFC 850 and asctime in. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontis::http {

inline constexpr std::size_t date_length = 29;  // "Sun, 06 Nov 1994 08:49:37 GMT"

// Writes exactly date_length bytes. `seconds` since 1970, from year 0 to 9999 (clamped).
void write_date(std::int64_t seconds, char* out);
[[nodiscard]] std::string format_date(std::int64_t seconds);

// Any of the three formats, exactly as the grammar has them; the weekday is not checked against
// the date. A two-digit year more than 50 years ahead of `now` is in the past.
[[nodiscard]] std::optional<std::int64_t> parse_date(std::string_view text, std::int64_t now);

}  // namespace frontis::http
