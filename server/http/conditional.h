// Conditional requests (RFC 9110, section 13): what becomes of a request, given the validators of
// the chosen representation, which exists. Pure functions; the order of precedence is 13.2.2.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.h"

namespace frontis::http {

// Of the selected representation, so the etag is that of the chosen variant.
struct Validators {
  std::string_view etag;           // with its quotes and W/ if weak; empty when there is none
  std::int64_t last_modified = 0;  // seconds since 1970; 0 when unknown
};

enum class Precondition {
  proceed,       // answer as if there were no condition
  not_modified,  // 304
  failed,        // 412
};

// `now` in seconds since 1970. A date is ignored when it is malformed, and an If-Modified-Since
// also when it lies in the future: a client that sends such a date did not get it from us, and
// would be told "not modified" about every change until then. CONNECT, OPTIONS and TRACE select
// no representation, so their conditions are ignored (13.2.1).
[[nodiscard]] Precondition evaluate(const Request& request, const Validators& validators,
                                    std::int64_t now);

// True when a Range of `request` still applies: no If-Range, or one that matches strongly
// (13.1.5). A weak etag never does. A date must be that of the last modification, which in turn
// must be in a second that is over: as long as it lasts, another change may follow in it.
[[nodiscard]] bool range_applies(const Request& request, const Validators& validators,
                                 std::int64_t now);

// Entity-tag list matching (8.8.3.2); `list` is a field value, "*" matches anything. Empty
// members are skipped; behind a malformed one nothing is read.
[[nodiscard]] bool any_match_weak(std::string_view list, std::string_view etag);
[[nodiscard]] bool any_match_strong(std::string_view list, std::string_view etag);

}  // namespace frontis::http
