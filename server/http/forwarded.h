// From what proxies say to who asks (RFC 7239 and the X-Forwarded-* fields that came before it).
// Only a peer that the configuration trusts is believed, and of the chain only the part that
// trusted proxies vouch for: the client is the last address that is not one of theirs.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "config/app_settings.h"
#include "http/client.h"
#include "http/message.h"

namespace frontis::http {

// `peer` as in Client::address. `trusted` may be empty: then the peer is the client, the scheme
// the request's own and the host its Host field. X-Forwarded-For counts before Forwarded, at most
// 32 entries of a chain from its end; an entry that is no address ends the chain before it.
// X-Forwarded-Proto (http or https), X-Forwarded-Host and X-Forwarded-Port: the last value, from
// a trusted peer only; what is not well-formed is ignored.
[[nodiscard]] Client client_of(const Request& request, std::string_view peer, std::uint16_t port,
                               const std::vector<config::Network>& trusted);

}  // namespace frontis::http
