// Which fields of a request go on to the application, and what is told about the client. Fields
// of one connection stay here (RFC 9110, 7.6.1: Connection and all that it lists, Keep-Alive,
// Proxy-Connection, Proxy-Authenticate, Proxy-Authorization, TE, Trailer, Transfer-Encoding,
// Upgrade), so do `Proxy` (httpoxy), names with '_' or what is no token (they would collide with
// others as CGI variables), Content-Length and Expect, which are written anew, and what clients
// say of themselves in X-Forwarded-*, X-Real-IP and Forwarded: those are rewritten, never
// appended blindly. From a trusted proxy the chain is continued.
#pragma once

#include <functional>
#include <string_view>

#include "upstream/outgoing.h"

namespace frontis::upstream {

// Calls `visit(name, value)` for each field that is sent on, ours last: X-Forwarded-For,
// X-Forwarded-Proto, X-Forwarded-Host, X-Forwarded-Port, X-Real-IP and Forwarded (RFC 7239), each
// once. The views are valid during the visit only.
void for_each_forwarded(const Outgoing& request,
                        const std::function<void(std::string_view, std::string_view)>& visit);

}  // namespace frontis::upstream
