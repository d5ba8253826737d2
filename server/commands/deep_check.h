// What `frontis check --deep` looks for beyond the configuration itself: things on this machine
// that would make a valid configuration serve something else than it says. It changes nothing.
// Sockets and logs are looked at as ourselves, who would open them, and all else as the
// configured user, who would serve.
#pragma once

#include "commands/findings.h"
#include "config/settings.h"

namespace frontis::commands {

// Empty when all is well. Bounded: at most 100 findings, and 200,000 files looked at.
[[nodiscard]] Findings deep_check(const config::Settings& settings);

}  // namespace frontis::commands
