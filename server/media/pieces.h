// Coding content piece by piece, so that work of minutes can be given up within a second, and
// what such work comes to. For encoder.cpp and delta.cpp alone.
#pragma once

#include <zstd.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace frontis::media {

inline constexpr std::size_t piece_size = 256 * 1024;

// None: the library found no memory, or it was given up.
using Coded = std::optional<std::string>;
using GiveUp = const std::atomic<bool>*;  // null: never

[[nodiscard]] inline bool is_given_up(GiveUp give_up) {
  return give_up != nullptr && give_up->load(std::memory_order_relaxed);
}

// One frame with its content size, by a context whose parameters (and prefix) are set.
[[nodiscard]] Coded compress_in_pieces(ZSTD_CCtx* context, std::string_view content,
                                       GiveUp give_up);

// What `code` returns, or why it returns none. `coding` is for the message.
[[nodiscard]] Result<std::string> coded_or_why(std::string_view coding, std::size_t size,
                                               GiveUp give_up, const std::function<Coded()>& code);

}  // namespace frontis::media
