// From a URL as a person types it to what the response cache knows answers by.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace frontis::commands {

// "example.org/path?query", and "example.org/path*" for all that begins so: the host in lower
// case, without the scheme and its own port, and nothing behind a '#'. A path alone stays alone: it
// is meant on all hosts. Errors: invalid, saying what to type.
[[nodiscard]] Result<std::string> purge_pattern(std::string_view typed);

}  // namespace frontis::commands
