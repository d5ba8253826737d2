#include "http/range.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.h"
#include "http/list.h"

namespace frontis::http {

namespace {

constexpr std::uint64_t endless = std::numeric_limits<std::uint64_t>::max();

// One member of a byte-range-set as written: "first-last", "first-" or "-suffix".
struct RangeSpec {
  std::optional<std::uint64_t> first;  // none for a suffix
  std::uint64_t last = endless;        // for a suffix: how many bytes of the end
};

// A number too large for 64 bits is larger than any file, and that is all that matters of it.
std::optional<std::uint64_t> parse_position(std::string_view digits) {
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  return parse_decimal(digits).value_or(endless);
}

// 14.1.1 and 14.1.2; none when it is malformed or ends before it begins.
std::optional<RangeSpec> parse_spec(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(0, dash);
  const std::string_view behind = text.substr(dash + 1);
  if (before.empty() && behind.empty()) return std::nullopt;
  RangeSpec spec;
  if (!behind.empty()) {
    const auto last = parse_position(behind);
    if (!last) return std::nullopt;
    spec.last = *last;
  }
  if (before.empty()) return spec;
  spec.first = parse_position(before);
  if (!spec.first || *spec.first > spec.last) return std::nullopt;
  return spec;
}

// The bytes that `spec` means in `size` bytes; none when there are none.
std::optional<ByteRange> resolve(const RangeSpec& spec, std::uint64_t size) {
  if (size == 0) return std::nullopt;
  if (!spec.first) {
    if (spec.last == 0) return std::nullopt;
    return ByteRange{size - std::min(size, spec.last), size - 1};
  }
  if (*spec.first >= size) return std::nullopt;
  return ByteRange{*spec.first, std::min(spec.last, size - 1)};
}

bool overlaps_any(const std::vector<ByteRange>& ranges, const ByteRange& range) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const ByteRange& other) {
    return range.first <= other.last && other.first <= range.last;
  });
}

// What stands behind "bytes=" (any letter case); none for another unit.
std::optional<std::string_view> range_set_of(std::string_view field) {
  constexpr std::string_view unit = "bytes=";
  field = trim(field);
  if (!equal_ignoring_case(field.substr(0, unit.size()), unit)) return std::nullopt;
  return field.substr(unit.size());
}

}  // namespace

RangeChoice choose_ranges(std::string_view field, std::uint64_t size) {
  const RangeChoice whole;
  const std::optional<std::string_view> set = range_set_of(field);
  if (!set) return whole;
  RangeChoice choice;
  std::size_t asked = 0;
  for (std::string_view rest = *set; !rest.empty();) {
    const std::string_view member = trim(take_until(',', rest));
    if (member.empty()) continue;  // RFC 9110, 5.6.1.2
    const std::optional<RangeSpec> spec = parse_spec(member);
    if (!spec || ++asked > most_ranges) return whole;
    const std::optional<ByteRange> range = resolve(*spec, size);
    if (!range) continue;
    if (overlaps_any(choice.ranges, *range)) return whole;
    choice.ranges.push_back(*range);
  }
  if (asked == 0) return whole;
  choice.kind =
      choice.ranges.empty() ? RangeChoice::Kind::unsatisfiable : RangeChoice::Kind::partial;
  return choice;
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return fmt::format("bytes {}-{}/{}", range.first, range.last, size);
}

std::string content_range_unsatisfied(std::uint64_t size) {
  return fmt::format("bytes */{}", size);
}

}  // namespace frontis::http
