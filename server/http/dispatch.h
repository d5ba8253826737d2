// From a request whose head was read to the first handler of its route: the step that the
// session and `frontis explain` share, so that both tell the same story.
#pragma once

#include "http/exchange.h"
#include "http/router.h"

namespace frontis::http {

// Internal routes are not there for requests from outside.
enum class Reach { outside, internal };

// Ends in exchange.respond(), now or later: what no handler can answer (OPTIONS *, CONNECT,
// TRACE, a host or path without a route) is answered here. `router` outlives the exchange.
void dispatch(const Router& router, Exchange& exchange, Reach reach = Reach::outside);

}  // namespace frontis::http
