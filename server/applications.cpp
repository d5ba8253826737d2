#include "applications.h"

#include <utility>

namespace frontis {

namespace {

// Processes of an application that is no longer there, or otherwise, get this to end.
constexpr std::chrono::milliseconds patience{5000};

}  // namespace

Result<std::unique_ptr<Applications>> Applications::make(const config::Settings& settings,
                                                         app::Supervision& supervision, Log& log,
                                                         const Applications* before) {
  std::unique_ptr<Applications> applications(new Applications(settings, supervision, log));
  for (const config::App& app : settings.apps) {
    if (Result<void> added = applications->add(app, before); !added) {
      return tl::unexpected(added.error());
    }
  }
  for (const config::Site& site : settings.sites) {
    for (const config::Route& route : site.routes) {
      for (const config::Action& action : route.chain) {
        if (Result<void> added = applications->add(action, before); !added) {
          return tl::unexpected(added.error());
        }
      }
    }
  }
  return applications;
}

Result<void> Applications::add(const config::App& app, const Applications* before) {
  if (app.is_ours()) {
    const Shared known = before ? before->find(app) : nullptr;
    const Shared shared = known ? known : make_ours(app);
    (known ? taken_over_ : new_).push_back(shared);
    applications_.emplace(app.name, shared);
    return {};
  }
  auto added = std::make_shared<Application>(app);
  for (const config::Backend& backend : app.addresses) {
    auto endpoints = net::resolve(backend);
    if (!endpoints) return tl::unexpected(endpoints.error());
    for (net::Endpoint& endpoint : *endpoints) {
      added->balancer.add(std::make_shared<const net::Endpoint>(std::move(endpoint)),
                          app.max_connections);
    }
  }
  applications_.emplace(app.name, std::move(added));
  return {};
}

// Its processes end with the last configuration that knows it, and it after them.
Applications::Shared Applications::make_ours(const config::App& app) {
  return Shared(new Application(app), [&supervision = supervision_](Application* dying) {
    const std::shared_ptr<Application> last(dying);
    supervision.remove(dying->balancer, patience, [last] {});
  });
}

Applications::Shared Applications::find(const config::App& app) const {
  const auto known = applications_.find(app.name);
  return known != applications_.end() && known->second->app == app ? known->second : nullptr;
}

// What an action needs that all loops share.
Result<void> Applications::add(const config::Action& action, const Applications* before) {
  if (const auto* app = std::get_if<config::AppAction>(&action)) {
    if (app->cache_responses.count() == 0 || cache_) return {};
    const bool is_same =
        before && before->cache_ && before->settings_.response_cache == settings_.response_cache;
    cache_ = is_same ? before->cache_
                     : std::make_shared<app::ResponseCache>(
                           app::ResponseCache::Bounds{.bytes = settings_.response_cache});
  } else if (const auto* memcached = std::get_if<config::MemcachedAction>(&action)) {
    auto endpoints = net::resolve(memcached->server);
    if (!endpoints) return tl::unexpected(endpoints.error());
    memcached_.emplace(memcached, std::move(endpoints->front()));
  }
  return {};
}

void Applications::start() {
  for (const Shared& each : new_) supervision_.add(each->app, each->balancer);
  for (const Shared& each : taken_over_) supervision_.reload(each->balancer);
}

Result<bool> Applications::are_ready() const {
  bool are_all = true;
  for (const auto& [name, application] : applications_) {
    if (!application->app.is_ours() || application->balancer.is_up()) continue;
    if (application->balancer.is_hopeless()) {
      return fail(ErrorKind::invalid, "app '" + name + "': its processes do not start");
    }
    are_all = false;
  }
  return are_all;
}

void Applications::look(std::vector<observe::AppFigures>& apps) const {
  for (const auto& [name, application] : applications_) {
    const upstream::Balancer::Counts counts = application->balancer.counts();
    observe::AppFigures& app = observe::app_named(apps, name);
    app.backends = counts.backends;
    app.up = counts.up;
    app.busy = counts.busy;
    app.waiting = counts.waiting;
  }
}

Applications::Pools Applications::pools(net::Loop& loop, net::TimerWheel& timers) {
  Pools pools;
  for (const auto& [name, application] : applications_) {
    upstream::Balancer& balancer = application->balancer;
    upstream::Pool::Stuck stuck;
    if (application->app.is_ours()) {
      stuck = [&supervision = supervision_, &balancer](upstream::BackendId backend) {
        supervision.stuck(balancer, backend);
      };
    }
    pools.emplace(
        name, std::make_unique<upstream::Pool>(loop, timers, application->app, settings_.buffers,
                                               balancer, log_, std::move(stuck)));
  }
  return pools;
}

}  // namespace frontis
