// Sizes and durations as people write them: 8KiB, 100MB, 512; 500ms, 10m, 2y. Whole numbers
// only; a duration always names its unit, a size without one is bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontis::config {

// B, KB, MB, GB, TB are powers of 1000; KiB, MiB, GiB, TiB of 1024; in either case of letters.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

// ms, s, m, h, d, w, y (365 days).
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// In the largest unit that leaves a whole number: "8KiB", "1500", "90s", "2h".
[[nodiscard]] std::string size_text(std::uint64_t bytes);
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);

}  // namespace frontis::config
