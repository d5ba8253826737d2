// The whole server: opens the sockets, becomes the configured user, starts a lane for each core,
// and waits for a signal. SIGTERM or SIGINT stops it gracefully: what is in flight is finished,
// for at most limits.drain; a second signal stops at once. SIGUSR1 opens the logs anew.
#pragma once

#include <functional>

#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"

namespace frontis {

// Serves until a signal ends it. `ready` is called once, when connections are accepted. Errors:
// what kept it from starting, with what to do.
[[nodiscard]] Result<void> serve(const config::Settings& settings, Log& log,
                                 const std::function<void()>& ready);

}  // namespace frontis
