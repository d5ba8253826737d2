// How the commands find, read and judge a configuration file, and say what is wrong with it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace frontis::commands {

// The option that names the file, for find_configuration(); `file` outlives `app`. `exception` is
// said behind the places where it is looked for otherwise. Help shows a FILE behind the option,
// unless the caller gives its type another name.
CLI::Option& declare_configuration(CLI::App& app, std::string& file,
                                   std::string_view exception = {});

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
