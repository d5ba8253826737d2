// What happens once, when the server starts: it gets what it may have of the system, and becomes
// the configured user.
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"

namespace frontis {

[[nodiscard]] Log::Level level_of(config::LogLevel level);

// As many open files as are allowed; says where that is too few for limits.connections.
void raise_file_limit(const config::Limits& limits, Log& log);

// Whether a server that was started as this one can have that `user` (empty: none), of which a
// reload takes no notice. Errors: invalid.
[[nodiscard]] Result<void> can_become(const std::string& user, const config::Settings& first);

// Makes the state folder while we may, and becomes `user`. Errors: invalid (there is no such user),
// or not permitted.
[[nodiscard]] Result<void> become_user(const config::Settings& settings, Log& log);

}  // namespace frontis
