// The first line of the input is the size, the rest the Range field. Whatever is asked for, the
// ranges lie inside the representation, do not overlap, and so never add up to more than it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "http/range.h"

using frontis::http::ByteRange;
using frontis::http::RangeChoice;

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

void check(const RangeChoice& choice, std::uint64_t size) {
  const bool is_partial = choice.kind == RangeChoice::Kind::partial;
  require(is_partial != choice.ranges.empty());
  require(choice.ranges.size() <= frontis::http::most_ranges);
  std::uint64_t left = size;
  for (const ByteRange& range : choice.ranges) {
    require(range.first <= range.last && range.last < size);
    require(range.length() <= left);
    left -= range.length();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  const std::string_view input(reinterpret_cast<const char*>(data), length);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::uint64_t size = frontis::parse_decimal(input.substr(0, line)).value_or(0);
  const std::string_view field = input.substr(line + 1);
  check(frontis::http::choose_ranges(field, size), size);
  check(frontis::http::choose_ranges(field, 0), 0);
  return 0;
}
