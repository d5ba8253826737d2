#include "app/handler.h"

#include "app/proxied_call.h"

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

}  // namespace

void AppHandler::handle(http::Exchange& exchange) {
  if (route_.pool == nullptr) {
    if (exchange.explanation) {
      exchange.explanation->push_back(described(route_.app));
      exchange.explanation->push_back("what it answers, only it can say");
    }
    return;
  }
  auto call = std::make_unique<ProxiedCall>(route_, exchange);
  ProxiedCall& begun = *call;
  exchange.hold(std::move(call));
  begun.begin();
}

}  // namespace frontis::app
