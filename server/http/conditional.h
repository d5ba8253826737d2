// Conditional requests (RFC 9110, section 13): what becomes of a GET or HEAD, given the
// validators of the chosen representation. A pure function; the order of precedence is 13.2.2.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.h"

namespace frontis::http {

// Of the selected representation, so the etag is that of the chosen variant.
struct Validators {
  std::string_view etag;          // with its quotes and W/ if weak; empty when there is none
  std::int64_t last_modified = 0;  // seconds since 1970; 0 when unknown
};

enum class Precondition {
  proceed,       // answer as if there were no condition
  not_modified,  // 304
  failed,        // 412
};

// `now` (seconds since 1970) guards against dates in the future (13.1.3).
[[nodiscard]] Precondition evaluate(const Request& request, const Validators& validators);

// True when a Range of `request` still applies: no If-Range, or one that matches strongly
// (13.1.5: a weak etag never does; a date must be equal and at least 60 s... see 8.8.2.2).
[[nodiscard]] bool range_applies(const Request& request, const Validators& validators,
                                 std::int64_t now);

// Entity-tag list matching (8.8.3.2); `list` is a field value, "*" matches anything.
[[nodiscard]] bool any_match_weak(std::string_view list, std::string_view etag);
[[nodiscard]] bool any_match_strong(std::string_view list, std::string_view etag);

}  // namespace frontis::http
