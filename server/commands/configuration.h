// How the commands find, read and judge a configuration file, and say what is wrong with it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"

namespace frontis::commands {

// `chosen` if not empty, else ./frontis.yaml, else /etc/frontis/frontis.yaml. None: neither is
// there, and stderr says what to do.
[[nodiscard]] std::optional<std::filesystem::path> find_configuration(const std::string& chosen);

// The settings of `file`; none when it has faults, each of which is then on stderr.
[[nodiscard]] std::optional<config::Settings> read_configuration(const std::filesystem::path& file);

// The same for a server that runs. Errors: all faults, a line each.
[[nodiscard]] Result<config::Settings> reread_configuration(const std::filesystem::path& file);

// A fault or finding, on a line of stderr; in red where that is a terminal.
void complain(const std::string& sentence);

// The error log that `settings` ask for; null when it cannot be opened, which stderr then says.
[[nodiscard]] std::unique_ptr<Log> open_log(const config::Settings& settings);

}  // namespace frontis::commands
