// The applications of one configuration, as all loops share them: where each is reached, who gets
// the next request, and the answers that are kept. Made before the loops' handlers and ends after
// them. The processes of those that we run ourselves stay when the next configuration says the
// same about them.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/response_cache.h"
#include "app/supervision.h"
#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "observe/figures.h"
#include "upstream/balancer.h"
#include "upstream/pool.h"

namespace frontis {

class Applications {
 public:
  // Looks up the names of all backends, which may block. Of `before` (null: nothing) it takes over
  // what is the same. Errors: invalid, at the place in the configuration. All outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Applications>> make(const config::Settings& settings,
                                                                  app::Supervision& supervision,
                                                                  Log& log,
                                                                  const Applications* before);

  // Has the processes started; those that were taken over make way for new ones, with the code as
  // it is now.
  void start();

  // Whether each of those that we run has a process that answers. Errors: invalid, one whose
  // processes do not start.
  [[nodiscard]] Result<bool> are_ready() const;

  // The answers that are kept; null when no route wants that.
  app::ResponseCache* cache() { return cache_.get(); }

  const net::Endpoint& endpoint_of(const config::MemcachedAction& action) const {
    return memcached_.at(&action);
  }

  // How each app is now, for the metrics. Any thread.
  void look(std::vector<observe::AppFigures>& apps) const;

  // A pool for each app, for one loop, which outlives them.
  using Pools = std::map<std::string, std::unique_ptr<upstream::Pool>, std::less<>>;
  Pools pools(net::Loop& loop, net::TimerWheel& timers);

 private:
  struct Application {
    explicit Application(const config::App& from) : app(from), balancer(from.queue) {}
    const config::App app;
    upstream::Balancer balancer;
  };
  using Shared = std::shared_ptr<Application>;

  Applications(const config::Settings& settings, app::Supervision& supervision, Log& log)
      : settings_(settings), supervision_(supervision), log_(log) {}

  Result<void> add(const config::App& app, const Applications* before);
  Result<void> add(const config::Action& action, const Applications* before);
  Shared make_ours(const config::App& app);
  // One that we run, and of which the same is said; null: none.
  Shared find(const config::App& app) const;

  const config::Settings& settings_;
  app::Supervision& supervision_;
  Log& log_;
  std::map<std::string, Shared, std::less<>> applications_;
  std::vector<Shared> new_, taken_over_;  // of those that we run
  std::map<const config::MemcachedAction*, net::Endpoint> memcached_;
  std::shared_ptr<app::ResponseCache> cache_;
};

}  // namespace frontis
