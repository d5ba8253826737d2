// The directives of Cache-Control (RFC 9111, 5.2; RFC 5861) as values, of requests and of answers.
// Pure; for cache_policy, which says what follows from them.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace frontis::app {

using Seconds = std::int64_t;

// What stands for a longer time, and for a max-stale without a number.
inline constexpr Seconds longest_time = std::numeric_limits<std::int32_t>::max();

// What "no-cache" and "private" say of single fields counts for the whole answer.
struct CacheControl {
  bool no_cache = false;
  bool no_store = false;
  bool only_if_cached = false;
  bool is_private = false;
  bool is_public = false;
  bool must_understand = false;
  bool must_revalidate = false;  // or proxy-revalidate, which says the same to a shared cache
  std::optional<Seconds> max_age, s_maxage, min_fresh, max_stale;
  std::optional<Seconds> stale_while_revalidate, stale_if_error;
};

// `field` is all of Cache-Control, combined. What is not known is skipped. Of two values for one
// directive the first counts; one that is no number is 0 (RFC 9111, 4.2.1: take it for stale).
[[nodiscard]] CacheControl parse_cache_control(std::string_view field);

}  // namespace frontis::app
