// The pages of the manual, each of what the program knows anyway: frontis(1) of its command line,
// frontis.yaml(5) of conf/frontis.yaml.
#pragma once

#include <string>
#include <string_view>

#include "commands/declared_command.h"
#include "commands/shown_keys.h"

namespace frontis::commands {

// In roff.
[[nodiscard]] std::string command_page(const DeclaredCommand& frontis, std::string_view version);
[[nodiscard]] std::string settings_page(const ShownKeys& shown, std::string_view version);

}  // namespace frontis::commands
