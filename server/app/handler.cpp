#include "app/handler.h"

#include "app/cached_call.h"
#include "app/proxied_call.h"
#include "app/refresh.h"

namespace frontis::app {

namespace {

constexpr std::string_view protocol_names[] = {"http", "uwsgi", "fastcgi", "scgi", "wsgi"};

std::string described(const config::App& app) {
  std::string text = "application '" + app.name + "' is asked over " +
                     std::string(protocol_names[static_cast<std::size_t>(app.protocol)]);
  if (app.protocol == config::Protocol::wsgi) return text + ", " + app.wsgi.callable;
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
  const bool keeps = route_.cache != nullptr && route_.action.cache_responses.count() > 0;
  // Whom an app has let pass, it has let pass once: others are to ask it, too.
  if (keeps && !exchange.is_rerouted()) return begin<CachedCall>(exchange, route_, *refreshes_);
  begin<ProxiedCall>(exchange, route_);
}

}  // namespace frontis::app
