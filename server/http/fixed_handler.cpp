#include "http/fixed_handler.h"

#include "http/target.h"

namespace frontis::http {

namespace {

constexpr std::string_view uri_mark = "$uri";

// A path that began with two slashes would name another host: it is normalized and encoded anew.
std::string own_uri(const Request& request) {
  std::string uri = encode_path(request.path());
  if (request.has_query) uri.append("?").append(request.query());
  return uri;
}

}  // namespace

RespondHandler::RespondHandler(const config::RespondAction& action) : status_(action.status) {
  HeaderBlock head;
  std::string body = action.body;
  const bool is_plain = body.empty();
  if (is_plain) {
    body = std::to_string(status_) + " " + std::string(reason_phrase(status_)) + "\n";
  }
  head.add("Content-Type", is_plain ? "text/plain; charset=utf-8" : action.type);
  head.add("X-Content-Type-Options", "nosniff");
  if (status_ >= 400) head.add("Cache-Control", "no-store");
  for (const auto& [name, value] : action.headers) head.add(name, value);
  head_ = std::make_shared<const HeaderBlock>(std::move(head));
  body_ = std::make_shared<const std::string>(std::move(body));
}

void RespondHandler::handle(Exchange& exchange) {
  if (exchange.explanation) {
    exchange.explanation->push_back("the route says: respond " + std::to_string(status_));
  }
  Response response;
  response.status = status_;
  response.head = head_;
  response.body = SharedBytes{body_, *body_};
  exchange.respond(std::move(response));
}

void RedirectHandler::handle(Exchange& exchange) {
  std::string to = action_.to;
  if (to.ends_with(uri_mark)) {
    to.resize(to.size() - uri_mark.size());
    std::string uri = own_uri(exchange.request());
    // "https://www.example.org/$uri" and ".../" both end in one slash.
    to += to.ends_with('/') ? uri.substr(1) : uri;
  }
  if (exchange.explanation) exchange.explanation->push_back("the route says: redirect to " + to);
  Response response = plain_response(action_.status, to);
  HeaderBlock head;
  head.add("Location", to);
  head.add("Content-Type", "text/plain; charset=utf-8");
  response.head = std::make_shared<const HeaderBlock>(std::move(head));
  exchange.respond(std::move(response));
}

}  // namespace frontis::http
