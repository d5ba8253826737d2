// The applications of the configuration, as all loops share them: where each is reached and who
// gets the next request. Made before the loops and ends after them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "upstream/balancer.h"
#include "upstream/pool.h"

namespace frontis {

class Applications {
 public:
  // Looks up the names of all backends, which may block. Errors: invalid, at the place in the
  // configuration. `settings` and `log` outlive this.
  [[nodiscard]] static Result<std::unique_ptr<Applications>> make(const config::Settings& settings,
                                                                  Log& log);

  // A pool for each app, for one loop, which outlives them.
  using Pools = std::map<std::string, std::unique_ptr<upstream::Pool>, std::less<>>;
  Pools pools(net::Loop& loop, net::TimerWheel& timers);

 private:
  Applications(const config::Settings& settings, Log& log) : settings_(settings), log_(log) {}

  Result<void> add(const config::App& app);

  const config::Settings& settings_;
  Log& log_;
  std::map<std::string, std::unique_ptr<upstream::Balancer>, std::less<>> balancers_;
};

}  // namespace frontis
