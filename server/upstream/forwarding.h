// Which fields of a request go on to the application, and what is told about the client. Fields
// of one connection stay here (RFC 9110, 7.6.1: Connection and all that it lists, Keep-Alive,
// Proxy-Connection, Proxy-Authenticate, Proxy-Authorization, TE, Trailer, Transfer-Encoding,
// Upgrade), so do `Proxy` (httpoxy), names with anything but letters, digits and hyphens (as CGI
// variables they would collide with others: PHP takes '.' for '_', too), Content-Length and Expect,
// which are written anew, and what clients say of themselves in X-Forwarded-*, X-Real-IP,
// Forwarded and X-Request-ID: those are rewritten, never appended blindly. From a trusted proxy the
// chain is continued.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "upstream/outgoing.h"

namespace frontis::upstream {

// Calls `visit(name, value)` for each field that is sent on. Host comes first, made from what the
// client asked for (RFC 9112, 3.2.2), none if it did not say. Ours come last: X-Forwarded-For,
// X-Forwarded-Proto, X-Forwarded-Host (where there is a host), X-Forwarded-Port, X-Real-IP,
// Forwarded (RFC 7239) and X-Request-ID (where there is one), each once. The values are views of
// the request, but for Host and ours, which are valid during the visit only.
void for_each_forwarded(const Outgoing& request,
                        const std::function<void(std::string_view, std::string_view)>& visit);

// The request-target as the client sent it, but for the absolute form, which becomes the origin
// form (RFC 9112, 3.2.1). A view of the request, or of `scratch`.
[[nodiscard]] std::string_view origin_form(const http::Request& request, std::string& scratch);

// The port that the client asked for: the one behind the host, or the scheme's own. 0 where there
// is no host.
[[nodiscard]] std::uint16_t asked_port(std::string_view host, std::string_view scheme);

}  // namespace frontis::upstream
