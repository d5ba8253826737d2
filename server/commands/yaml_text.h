// Texts as they may stand in a configuration that a command writes.
#pragma once

#include <string>
#include <string_view>

namespace frontis::commands {

// As a double-quoted YAML scalar, whatever bytes it holds.
[[nodiscard]] std::string yaml_quoted(std::string_view text);

}  // namespace frontis::commands
