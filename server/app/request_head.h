// From an exchange to the head that its application gets, in the app's protocol.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/handler.h"
#include "base/result.h"
#include "http/exchange.h"

namespace frontis::app {

// `content_length` as in upstream::Outgoing. Errors: as of upstream::Codec::begin().
[[nodiscard]] Result<std::string> request_head(const Route& route, http::Exchange& exchange,
                                               std::optional<std::uint64_t> content_length,
                                               bool upgrade);

// cache_key() of its request: all that the app sees of where the client has sent it.
[[nodiscard]] std::string key_of(http::Exchange& exchange);

// RFC 9110, 9.2.2: a second time does nothing more than the first.
[[nodiscard]] bool is_idempotent(http::Method method);

// Asks for a tunnel of WebSocket (RFC 6455, 4.1; RFC 9110, 7.8). No other is made: one of HTTP/2
// (h2c), say, would carry requests that nobody here has looked at.
[[nodiscard]] bool asks_for_websocket(const http::Request& request);

}  // namespace frontis::app
