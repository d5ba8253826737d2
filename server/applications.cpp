#include "applications.h"

#include <utility>

namespace frontis {

Result<std::unique_ptr<Applications>> Applications::make(const config::Settings& settings,
                                                         Log& log) {
  std::unique_ptr<Applications> applications(new Applications(settings, log));
  for (const config::App& app : settings.apps) {
    if (Result<void> added = applications->add(app); !added) {
      return tl::unexpected(added.error());
    }
  }
  return applications;
}

Result<void> Applications::add(const config::App& app) {
  auto balancer = std::make_unique<upstream::Balancer>(app.queue);
  for (const config::Backend& backend : app.addresses) {
    auto endpoints = net::resolve(backend);
    if (!endpoints) return tl::unexpected(endpoints.error());
    for (net::Endpoint& endpoint : *endpoints) {
      balancer->add(std::make_shared<const net::Endpoint>(std::move(endpoint)),
                    app.max_connections);
    }
  }
  balancers_.emplace(app.name, std::move(balancer));
  return {};
}

Applications::Pools Applications::pools(net::Loop& loop, net::TimerWheel& timers) {
  Pools pools;
  for (const config::App& app : settings_.apps) {
    pools.emplace(app.name, std::make_unique<upstream::Pool>(loop, timers, app, settings_.buffers,
                                                             *balancers_.at(app.name), log_));
  }
  return pools;
}

}  // namespace frontis
