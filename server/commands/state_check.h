// What the server needs of its state folder: that it is there or can be made, that the user who
// serves may write it, that it lies where nobody is served from it, and room for what may be kept
// in it. Without `state`, what the server then does not do.
#pragma once

#include <cstdint>

#include "commands/findings.h"
#include "config/settings.h"

namespace frontis::commands {

// As the user that starts the server. Nothing is made: where the folder is missing, the one above
// it is looked at.
void check_state_place(const config::Settings& settings, Findings& findings);

// As the user that serves.
void check_state(const config::Settings& settings, Findings& findings);

// A note when `available` bytes, besides what the folder holds already, are less than the
// variants and kept versions may take.
void check_state_room(const config::Settings& settings, std::uint64_t available,
                      Findings& findings);

}  // namespace frontis::commands
