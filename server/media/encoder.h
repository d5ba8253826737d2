// Content codings for content that is at hand as a whole, at their best: gzip by libdeflate (or
// zopfli), brotli 11, zstd 19. For press threads; streams of the app are http/compressed_source.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/negotiation.h"

namespace frontis::media {

struct Effort {
  bool max = false;                            // gzip by zopfli: ten times the time for 0.5 %
  const std::atomic<bool>* give_up = nullptr;  // when it becomes true; null: never
};

// `content` in `coding` (gzip, br or zstd). One gzip member without name or time; a brotli window
// no larger than the content needs and at most 16 MiB (24 bits, the most of RFC 7932); one zstd
// frame with its content size, no checksum and a window of at most 8 MiB, which is what browsers
// take. The same bytes each time. br and zstd look at `give_up` every 256 KiB, gzip only at the
// start. Errors: exhausted (memory); io when given up; invalid for another coding.
[[nodiscard]] Result<std::string> encode(http::Coding coding, std::string_view content,
                                         const Effort& effort = {});

// Whether the coded bytes are worth keeping: at least 5 % smaller.
[[nodiscard]] constexpr bool is_worth_keeping(std::uint64_t coded, std::uint64_t plain) {
  return coded + plain / 20 <= plain && coded < plain;
}

}  // namespace frontis::media
