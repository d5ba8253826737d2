// The whole server: opens the sockets, becomes the configured user, starts a lane for each core,
// and waits for a signal or a command.
//   SIGTERM, SIGINT  stop: what is in flight is finished, for at most limits.drain; a second one
//                    stops at once
//   SIGHUP           goes on with the configuration as it is now (`frontis reload`)
//   SIGUSR1          opens the logs anew
//   SIGUSR2          a new process takes over (`frontis upgrade`)
#pragma once

#include <functional>

#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"

namespace frontis {

struct Serving {
  // Called once, when connections are accepted.
  std::function<void(const config::Settings& settings)> ready;
  // Reads the configuration anew. Errors: all its faults, a line each. Null: it is in no file.
  std::function<Result<config::Settings>()> load;
};

// Serves until a signal ends it, or another process has taken over. Errors: what kept it from
// starting, with what to do.
[[nodiscard]] Result<void> serve(config::Settings settings, Log& log, const Serving& serving);

}  // namespace frontis
