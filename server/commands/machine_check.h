// What the server needs of the machine besides sockets and files: logs that can be written, a
// state folder, and enough open files.
#pragma once

#include "commands/findings.h"
#include "config/settings.h"

namespace frontis::commands {

// As the user that starts the server. Nothing is made: where a log or the state folder is
// missing, the folder above it is looked at.
void check_logs(const config::Settings& settings, Findings& findings);
void check_open_files(const config::Settings& settings, Findings& findings);
void check_state_place(const config::Settings& settings, Findings& findings);

// As the user that serves.
void check_state(const config::Settings& settings, Findings& findings);

}  // namespace frontis::commands
