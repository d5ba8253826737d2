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
  for (const config::Site& site : settings.sites) {
    for (const config::Route& route : site.routes) {
      for (const config::Action& action : route.chain) {
        if (Result<void> added = applications->add(action); !added) {
          return tl::unexpected(added.error());
        }
      }
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
  if (app.is_ours()) supervision_.add(app, *balancer);
  balancers_.emplace(app.name, std::move(balancer));
  return {};
}

// What an action needs that all loops share.
Result<void> Applications::add(const config::Action& action) {
  if (const auto* app = std::get_if<config::AppAction>(&action)) {
    if (app->cache_responses.count() == 0 || cache_) return {};
    cache_ = std::make_unique<app::ResponseCache>(
        app::ResponseCache::Bounds{.bytes = settings_.response_cache});
  } else if (const auto* memcached = std::get_if<config::MemcachedAction>(&action)) {
    auto endpoints = net::resolve(memcached->server);
    if (!endpoints) return tl::unexpected(endpoints.error());
    memcached_.emplace(memcached, std::move(endpoints->front()));
  }
  return {};
}

void Applications::start() {
  if (supervision_.is_empty()) return;
  supervision_.start();
  is_started_ = true;
}

void Applications::reload() {
  if (is_started_) supervision_.reload();
}

void Applications::stop(std::chrono::milliseconds patience) {
  if (std::exchange(is_started_, false)) supervision_.stop(patience);
}

void Applications::look(std::vector<observe::AppFigures>& apps) const {
  for (const auto& [name, balancer] : balancers_) {
    const upstream::Balancer::Counts counts = balancer->counts();
    observe::AppFigures& app = observe::app_named(apps, name);
    app.backends = counts.backends;
    app.up = counts.up;
    app.busy = counts.busy;
    app.waiting = counts.waiting;
  }
}

Applications::Pools Applications::pools(net::Loop& loop, net::TimerWheel& timers) {
  Pools pools;
  for (const config::App& app : settings_.apps) {
    upstream::Balancer& balancer = *balancers_.at(app.name);
    upstream::Pool::Stuck stuck;
    if (app.is_ours()) {
      stuck = [this, &balancer](upstream::BackendId backend) {
        supervision_.stuck(balancer, backend);
      };
    }
    pools.emplace(app.name, std::make_unique<upstream::Pool>(loop, timers, app, settings_.buffers,
                                                             balancer, log_, std::move(stuck)));
  }
  return pools;
}

}  // namespace frontis
