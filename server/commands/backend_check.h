// Whether somebody listens where a configuration says that an application does, and whether this
// user may connect there. A connection is made and closed at once.
#pragma once

#include <string>

#include "commands/findings.h"
#include "config/app_settings.h"

namespace frontis::commands {

// `name` begins the sentences: "app 'site'". `consequence` ends the note that nobody listens:
// "until then it answers 502".
void check_backend(const config::Backend& backend, const std::string& name,
                   const std::string& consequence, Findings& findings);

}  // namespace frontis::commands
