// What /status.json says, for a person at a terminal. Pure: text in, text out.
#pragma once

#include <optional>
#include <string>

namespace frontis::commands {

// None when `json` is not what a server of this version answers. Lines are cut at `columns`.
[[nodiscard]] std::optional<std::string> status_text(const std::string& json, bool in_colour,
                                                     std::size_t columns);

}  // namespace frontis::commands
