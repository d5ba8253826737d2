// Routes that do something else than they seem to: those that hide files of another route, those
// that no request reaches, and those for one file that is not there.
#pragma once

#include "commands/findings.h"
#include "config/settings.h"

namespace frontis::commands {

// As the user that serves.
void check_routes(const config::Settings& settings, Findings& findings);

}  // namespace frontis::commands
