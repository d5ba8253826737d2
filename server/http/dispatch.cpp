#include "http/dispatch.h"

#include <string>

#include "base/text.h"

namespace frontis::http {

namespace {

constexpr std::string_view allowed = "GET, HEAD, OPTIONS";

Response answer_to_all() {
  Response response;
  response.status = 204;
  HeaderBlock head;
  head.add("Allow", allowed);
  response.head = std::make_shared<const HeaderBlock>(std::move(head));
  return response;
}

void note(Exchange& exchange, const char* line) {
  if (exchange.explanation) exchange.explanation->push_back(line);
}

std::string described(const Router::Target& target) {
  return "site '" + std::string(target.site) + "', route '" + std::string(target.route) + "'";
}

}  // namespace

void dispatch(const Router& router, Exchange& exchange, Reach reach) {
  const Request& request = exchange.request();
  if (request.asterisk) {
    note(exchange, "OPTIONS * asks for no path: what the server as a whole allows");
    return exchange.respond(answer_to_all());
  }
  // Nothing here is a tunnel, and an echo of the request would hand cookies to scripts.
  if (request.method == Method::connect || request.method == Method::trace) {
    note(exchange, "CONNECT and TRACE are refused everywhere");
    return exchange.respond(method_not_allowed(allowed));
  }
  const Router::Target* target = router.find(request.host(), request.path());
  if (exchange.explanation) {
    exchange.explanation->push_back(target ? described(*target)
                                           : "no site or route takes host '" +
                                                 printable(request.host()) + "' and path '" +
                                                 printable(request.path()) + "': 404");
  }
  if (target == nullptr) return exchange.respond(plain_response(404));
  if (target->internal && reach == Reach::outside) {
    note(exchange, "the route is internal: only an application can send there (X-Accel-Redirect)");
    return exchange.respond(plain_response(404));
  }
  exchange.notes.site = target->site;
  exchange.notes.route = target->route;
  exchange.prefix_length = target->prefix_length;
  exchange.dispatch(target->chain);
}

}  // namespace frontis::http
