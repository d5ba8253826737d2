// The request line of HTTP/1 (RFC 9112, 3): method, request-target and version, one space apart.
// HeadParser calls this once the line is whole; it is a plain function and keeps nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace frontis::http {

// Reads `line`, a view into `head` without its CRLF, into `request`: method, version, the spans
// of the target and its parts, and the decoded path. Host and port are set only by a target that
// has an authority, and are then never empty (host) or what the port was (perhaps empty).
//
// bad_request: not three parts with one space between them (so also the HTTP/0.9 form, which
// has no version), a target in no form of RFC 9112, 3.2, or one that does not fit the method.
// version_not_supported: a major version other than 1. not_implemented: an unknown method.
[[nodiscard]] Result<void> read_request_line(std::string_view head, std::string_view line,
                                             Request& request);

// `part` is a view into `head`.
inline Span span_in(std::string_view head, std::string_view part) {
  return {static_cast<std::uint32_t>(part.data() - head.data()),
          static_cast<std::uint32_t>(part.size())};
}

}  // namespace frontis::http
