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

// What the app is told of where a request was meant for. Behind a proxy that is trusted `host` is
// what that says, and a client may have made it up; apps see both.
struct Addressed {
  std::string_view scheme;
  std::string_view host;
  std::string_view host_field = {};  // the Host that the app gets; empty: the same
};

// "example.org/path?query https", and behind another space the app's Host where that is another
// one: "example.org/path https 10.0.0.1:8000". Hosts are in lower case and without the scheme's
// own port; the path is as it was sent, since apps can see that, so that two spellings are two
// keys. HEAD has the key of GET. Begins with what purges name.
[[nodiscard]] std::string cache_key(const Addressed& addressed, const http::Request& request);
// The same from text: `target` is a path with perhaps a query.
[[nodiscard]] std::string cache_key(const Addressed& addressed, std::string_view target);

// The key of what a Location or Content-Location names, seen from the request with `key`; none
// unless it is on the same host (RFC 9111, 4.4).
[[nodiscard]] std::optional<std::string> key_beside(std::string_view key,
                                                    std::string_view location);

// The names in all Vary fields of an answer: in lower case, in order, each once, without "*", and
// without X-Forwarded-Host, -Proto and -Port, which the app gets from us: the key has all of them.
[[nodiscard]] std::vector<std::string> vary_names(const http::HeaderBlock& fields);

// Whether a field by which answers vary tells the app who asks: X-Real-IP, Forwarded, and the rest
// of X-Forwarded-*. The app does not get it as the client sent it, and no two have the same.
[[nodiscard]] bool names_the_client(std::string_view vary_name);

// The values that `request` has for these names, normalised; equal texts may share an answer.
[[nodiscard]] std::string secondary_key(const std::vector<std::string>& names,
                                        const http::Request& request);

// The codings of an Accept-Encoding as a set: "br,gzip" for "gzip;q=0.8, br". Those that are
// excluded stay, as "br;q=0".
[[nodiscard]] std::string coding_set(std::string_view field);

}  // namespace frontis::app
