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

// cache_key() of its request, as the client asked for it.
[[nodiscard]] std::string key_of(http::Exchange& exchange);

// Asks for a tunnel that may pass through to an application. No other protocol does: over h2c a
// client could speak to the app behind our back, past all routes.
[[nodiscard]] bool wants_websocket(const http::Request& request);

// RFC 9110, 9.2.2: a second time does nothing more than the first.
[[nodiscard]] bool is_idempotent(http::Method method);

}  // namespace frontis::app
