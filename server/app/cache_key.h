// Under what an answer is kept and found again (RFC 9111, 2 and 4.1): where it was asked for, and
// the fields of the request by which the app says that its answers vary. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/headers.h"
#include "http/message.h"

namespace frontis::app {

// "example.org/path?query https". The host is in lower case and without the scheme's own port; the
// path is as it was sent, since apps can see that, so that two spellings are two keys. HEAD has
// the key of GET. Begins with what purges name, whatever the scheme.
[[nodiscard]] std::string cache_key(std::string_view scheme, std::string_view host,
                                    const http::Request& request);
// The same from text: `target` is a path with perhaps a query.
[[nodiscard]] std::string cache_key(std::string_view scheme, std::string_view host,
                                    std::string_view target);

// The key of what a Location or Content-Location names, seen from the request with `key`; none
// unless it is on the same host (RFC 9111, 4.4).
[[nodiscard]] std::optional<std::string> key_beside(std::string_view key,
                                                    std::string_view location);

// The names in all Vary fields of an answer: in lower case, in order, each once, without "*".
[[nodiscard]] std::vector<std::string> vary_names(const http::HeaderBlock& fields);

// The values that `request` has for these names, normalised; equal texts may share an answer.
[[nodiscard]] std::string secondary_key(const std::vector<std::string>& names,
                                        const http::Request& request);

// The codings of an Accept-Encoding as a set: "br,gzip" for "gzip;q=0.8, br". Those that are
// excluded stay, as "br;q=0".
[[nodiscard]] std::string coding_set(std::string_view field);

}  // namespace frontis::app
