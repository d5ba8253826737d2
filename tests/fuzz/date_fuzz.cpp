// The first eight bytes are the clock, the rest is a date. A date that can be read is written and
// read again as the same moment, and any moment at all is written as a date that can be read.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "http/date.h"

using frontis::http::format_date;
using frontis::http::parse_date;

namespace {

constexpr std::int64_t first_second = -62'167'219'200;  // of the year 0
constexpr std::int64_t last_second = 253'402'300'799;   // of the year 9999

void require(bool truth) {
  if (!truth) std::abort();
}

void check_round_trip(std::int64_t seconds, std::int64_t now) {
  const auto again = parse_date(format_date(seconds), now);
  require(again.has_value());
  // A leap second at the very end, or a two-digit year seen from an odd clock, may lie outside.
  if (seconds >= first_second && seconds <= last_second) require(*again == seconds);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  std::int64_t now = 0;
  if (length < sizeof now) return 0;
  std::memcpy(&now, data, sizeof now);
  const std::string_view text(reinterpret_cast<const char*>(data) + sizeof now,
                              length - sizeof now);
  check_round_trip(now, 0);
  if (const auto seconds = parse_date(text, now)) check_round_trip(*seconds, now);
  return 0;
}
