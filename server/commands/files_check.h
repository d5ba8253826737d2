// Everything below the roots of a configuration, seen as the server sees it: what is there but
// answers 404, what lies beside a file and is not used, and what a build tool promised and did
// not leave. Each root is walked once, however many routes serve it.
#pragma once

#include "commands/findings.h"
#include "config/settings.h"

namespace frontis::commands {

// As the user that serves. At most 200,000 files over all roots.
void check_files(const config::Settings& settings, Findings& findings);

}  // namespace frontis::commands
