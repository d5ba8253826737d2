// Asks a running server at its admin address, as a browser would: one request, one answer, bounded
// in size and time.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"

namespace frontis::commands {

// Where to reach what listens there: every address stands for that of this machine itself.
[[nodiscard]] config::Backend backend_of(const config::Listen& admin);

// The body of the answer to GET `path`. Errors: not_found (nobody listens), timeout, or io for an
// answer that is not 200.
[[nodiscard]] Result<std::string> ask_admin(
    const config::Backend& admin, std::string_view path,
    std::chrono::milliseconds patience = std::chrono::seconds(5));

}  // namespace frontis::commands
