// The applications of the configuration, as all loops share them: where each is reached, who gets
// the next request, and the processes of those that we run ourselves. Made before the loops and
// ends after them.
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
  // Looks up the names of all backends, which may block. Errors: invalid, at the place in the
  // configuration. `settings` and `log` outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Applications>> make(const config::Settings& settings,
                                                                  Log& log);

  // Starts the processes of WSGI applications, as the user that we have become.
  void start();
  // From any thread: processes with the code as it is now take over from those that run.
  void reload();
  // Ends the processes; to be called when the loops have stopped.
  void stop(std::chrono::milliseconds patience);

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
  Applications(const config::Settings& settings, Log& log)
      : settings_(settings), log_(log), supervision_(log) {}

  Result<void> add(const config::App& app);
  Result<void> add(const config::Action& action);

  const config::Settings& settings_;
  Log& log_;
  std::map<std::string, std::unique_ptr<upstream::Balancer>, std::less<>> balancers_;
  std::map<const config::MemcachedAction*, net::Endpoint> memcached_;
  std::unique_ptr<app::ResponseCache> cache_;
  app::Supervision supervision_;  // ends before the balancers
  bool is_started_ = false;
};

}  // namespace frontis
