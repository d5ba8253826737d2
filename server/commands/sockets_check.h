// Whether each address of `listen` can be had now. TCP addresses are bound for a moment, all at
// once, so that two that exclude each other are seen; Unix sockets are only looked at, so that
// nothing is made or removed. An address that a running frontis serves already is no fault.
#pragma once

#include "commands/findings.h"
#include "config/settings.h"

namespace frontis::commands {

// As the user that opens them: before any other is acted as.
void check_sockets(const config::Settings& settings, Findings& findings);

}  // namespace frontis::commands
