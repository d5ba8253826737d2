// From the bytes of a request-target to a path that can be routed (RFC 3986, RFC 9112 3.2).
// Pure. What climbs above the root, hides a NUL or an overlong UTF-8 form is refused, so that no
// later step has to think of it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace frontis::http {

// Percent-decodes `raw`, merges slashes and removes dot segments (RFC 3986, 5.2.4), into `out`;
// `out` is left empty when the result would equal `raw`, which is the common case and costs no
// allocation. `raw` begins with '/'. bad_request: a malformed escape, %00, an overlong UTF-8
// form, a path that climbs above '/', or dot segments made of an encoded slash ("..%2f").
[[nodiscard]] Result<void> normalize_path(std::string_view raw, std::string& out);

// Percent-encodes `path` for a Location or a log: unreserved, sub-delims, ":", "@" and "/" stay.
[[nodiscard]] std::string encode_path(std::string_view path);

struct Authority {
  std::string_view host;  // "www.example.org", "127.0.0.1", "[::1]"
  std::string_view port;  // digits, or empty
};
// A Host field or the authority of a target: uri-host [":" port] (RFC 9110, 7.2), no userinfo.
// Port is empty or a number up to 65535. bad_request otherwise. An empty host is allowed here
// (RFC 9112, 3.2 sends it for schemes without authority) and refused by those who need one.
[[nodiscard]] Result<Authority> parse_authority(std::string_view text);

}  // namespace frontis::http
