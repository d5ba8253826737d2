// Whether what applications need of this machine is there: sockets that can be connected to, and,
// for those that frontis starts itself, an interpreter, a directory and the module in it. Nothing
// is started and nothing sent. An app that does not run just now is no fault, but worth a note.
#pragma once

#include "commands/findings.h"
#include "config/settings.h"

namespace frontis::commands {

// As the user that serves. At most two seconds for each address that answers nothing.
void check_apps(const config::Settings& settings, Findings& findings);

}  // namespace frontis::commands
