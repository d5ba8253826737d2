// What the server needs of the machine besides sockets, files and its state folder: logs that can
// be written, and enough open files.
#pragma once

#include "commands/findings.h"
#include "config/settings.h"

namespace frontis::commands {

// As the user that starts the server. Nothing is made: where a log is missing, its folder is looked
// at.
void check_logs(const config::Settings& settings, Findings& findings);
// As the user that serves, which opens the logs anew after they were renamed.
void check_log_rotation(const config::Settings& settings, Findings& findings);
void check_open_files(const config::Settings& settings, Findings& findings);

}  // namespace frontis::commands
