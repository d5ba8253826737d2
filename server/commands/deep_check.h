// What `frontis check --deep` looks for beyond the configuration itself: things on this machine
// that would make a valid configuration serve something else than it says.
#pragma once

#include <string>
#include <vector>

#include "config/settings.h"

namespace frontis::commands {

// One sentence for each finding, each naming its place and what to do; empty when all is well.
// Bounded: at most 100 findings, and 200,000 files looked at.
[[nodiscard]] std::vector<std::string> deep_check(const config::Settings& settings);

}  // namespace frontis::commands
