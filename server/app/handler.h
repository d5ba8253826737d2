// The `app` action of a route: passes requests to an application and its answers back. One for
// each route and loop; what goes on for one request is a ProxiedCall, or a CachedCall in front of
// one, held by its exchange.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/settings.h"
#include "http/exchange.h"
#include "upstream/pool.h"

namespace frontis::app {

class Refreshes;
class ResponseCache;

// Internal routes of a site, by the directories that they serve: what X-Sendfile names a file in.
struct InternalRoot {
  std::filesystem::path root;
  std::string route;  // "/protected/"
};

// What the calls of one route share.
struct Route {
  const config::AppAction& action;
  const config::App& app;
  upstream::Pool* pool;  // null: nobody is asked (frontis explain)
  ResponseCache* cache;  // null: no route keeps answers
  std::vector<InternalRoot> internal;
};

class AppHandler final : public http::Handler {
 public:
  // What `route` refers to outlives this.
  explicit AppHandler(Route route);
  ~AppHandler() override;

  // Never passes. Answers that the app does not give: 413 and the like for a body, 502, 503 with
  // Retry-After, 504.
  void handle(http::Exchange& exchange) override;

 private:
  void refuse_reroute(http::Exchange& exchange);

  const Route route_;
  std::unique_ptr<Refreshes> refreshes_;
};

}  // namespace frontis::app
