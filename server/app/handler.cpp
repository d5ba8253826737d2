#include "app/handler.h"

#include "app/answer.h"
#include "app/cached_call.h"
#include "app/proxied_call.h"
#include "app/refresh.h"
#include "base/text.h"

namespace frontis::app {

namespace {

std::string described(const config::App& app) {
  std::string text =
      "application '" + app.name + "' is asked over " + std::string(config::name_of(app.protocol));
  if (app.is_ours()) return text + ", " + app.wsgi.callable;
  for (const config::Backend& backend : app.addresses) text += ", " + backend.text();
  return text;
}

template <typename Call, typename... Args>
void begin(http::Exchange& exchange, Args&&... args) {
  auto call = std::make_unique<Call>(std::forward<Args>(args)..., exchange);
  Call& begun = *call;
  exchange.hold(std::move(call));
  begun.begin();
}

}  // namespace

AppHandler::AppHandler(Route route)
    : route_(std::move(route)), refreshes_(std::make_unique<Refreshes>(route_)) {}

AppHandler::~AppHandler() = default;

void AppHandler::handle(http::Exchange& exchange) {
  if (route_.pool == nullptr) {
    if (exchange.explanation) {
      exchange.explanation->push_back(described(route_.app));
      exchange.explanation->push_back("what it answers, only it can say");
    }
    return;
  }
  if (exchange.is_rerouted()) return refuse_reroute(exchange);
  const bool keeps = route_.cache != nullptr && route_.action.cache_responses.count() > 0;
  if (keeps) return begin<CachedCall>(exchange, route_, *refreshes_);
  begin<ProxiedCall>(exchange, route_);
}

// It would be asked for the first target once more, and its answer be kept as that one's.
void AppHandler::refuse_reroute(http::Exchange& exchange) {
  const http::Request& request = exchange.request();
  route_.pool->log().once_a_minute(
      "reroute to " + route_.app.name, Log::Level::error,
      about(exchange.request_id(), "X-Accel-Redirect to '" + printable(request.path()) +
                                       "' leads to app '" + route_.app.name +
                                       "'; it can name a file only (asked for " +
                                       printable(request.target()) + ")"));
  exchange.respond(http::plain_response(500));
}

}  // namespace frontis::app
