// From a URL as a person types it to the names under which versions are kept: the first name of the
// site, and the path without escapes.
#pragma once

#include <string>
#include <vector>

#include "config/settings.h"

namespace frontis::commands {

// The likeliest first, none twice: what was typed, without its scheme; then what a request for it
// would lead to, without port, query and escapes, under the name of the site that answers it.
[[nodiscard]] std::vector<std::string> kept_names(const std::string& typed,
                                                  const config::Settings& settings);

}  // namespace frontis::commands
