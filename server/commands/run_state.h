// The state folder of `frontis run`, which has no configuration that could name one: below the
// user's cache folder, one for each set of directories and URLs that is served, so that what was
// compressed once is there the next time. All of it may be deleted at any time.
#pragma once

#include <filesystem>
#include <string>

#include "config/settings.h"

namespace frontis::commands {

// "run-" and 12 hexadecimal digits of the SHA-256 of what is served: roots and URLs.
[[nodiscard]] std::string run_state_name(const config::Settings& settings);

// $XDG_CACHE_HOME/frontis/<name>, else ~/.cache/frontis/<name>, made where it is missing. Empty
// when neither can be made and written.
[[nodiscard]] std::filesystem::path make_run_state(const config::Settings& settings);

}  // namespace frontis::commands
