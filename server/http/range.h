// Byte ranges (RFC 9110, section 14): which parts of a representation a Range field asks for.
// Pure. More than 16 ranges, or ranges that overlap, are answered with the whole (14.2 allows
// it): a request can never make us send more bytes than the file has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace frontis::http {

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;  // inclusive
  std::uint64_t length() const { return last - first + 1; }
};

struct RangeChoice {
  enum class Kind {
    whole,          // 200: no Range, one that is malformed, another unit, or too much asked
    partial,        // 206: one range, or several in the order asked for
    unsatisfiable,  // 416
  };
  Kind kind = Kind::whole;
  std::vector<ByteRange> ranges;  // for partial
};

inline constexpr std::size_t most_ranges = 16;

// `field` is the value of Range; `size` the length of the chosen variant.
[[nodiscard]] RangeChoice choose_ranges(std::string_view field, std::uint64_t size);

// "bytes 0-499/1234", and "bytes */1234" for a 416 (14.4).
[[nodiscard]] std::string content_range(const ByteRange& range, std::uint64_t size);
[[nodiscard]] std::string content_range_unsatisfied(std::uint64_t size);

}  // namespace frontis::http
