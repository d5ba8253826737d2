#include "commands/configuration.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>

#include "commands/acting_user.h"
#include "config/load.h"
#include "start_up.h"

namespace frontis::commands {

CLI::Option& declare_configuration(CLI::App& app, std::string& file, std::string_view exception) {
  const std::string places = "./frontis.yaml, then /etc/frontis/frontis.yaml";
  return *app.add_option("-c,--config", file,
                         "Configuration (default: " + places + std::string(exception) + ")")
              ->type_name("FILE");
}

std::optional<std::filesystem::path> find_configuration(const std::string& chosen) {
  if (!chosen.empty()) return chosen;
  std::error_code ignored;
  for (const char* place : {"frontis.yaml", "/etc/frontis/frontis.yaml"}) {
    if (std::filesystem::exists(place, ignored)) return place;
  }
  std::fputs(
      "frontis: there is no ./frontis.yaml and no /etc/frontis/frontis.yaml; name a file with -c, "
      "or serve a directory without one: frontis run DIR\n",
      stderr);
  return std::nullopt;
}

std::optional<config::Settings> read_configuration(const std::filesystem::path& file) {
  config::Loaded loaded = config::load_file(file);
  for (const config::Fault& fault : loaded.faults) complain(fault.text());
  return std::move(loaded.settings);
}

Result<config::Settings> reread_configuration(const std::filesystem::path& file) {
  config::Loaded loaded = config::load_file(file);
  if (loaded.settings) return std::move(*loaded.settings);
  std::string all;
  for (const config::Fault& fault : loaded.faults) all += (all.empty() ? "" : "\n") + fault.text();
  return fail(ErrorKind::invalid, std::move(all));
}

std::unique_ptr<Log> open_log(const config::Settings& settings) {
  // What only root can open could not be opened anew after a rotation, nor by a process that takes
  // over. Where nobody can become that user, the start says so.
  const auto acting = ActingUser::become(settings.user);
  auto log = Log::open(settings.log.file, level_of(settings.log.level));
  if (log) return std::move(*log);
  complain("frontis: " + log.error().message);
  return nullptr;
}

void complain(const std::string& sentence) {
  const bool in_colour = ::isatty(STDERR_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  std::fprintf(stderr, in_colour ? "\033[31m%s\033[0m\n" : "%s\n", sentence.c_str());
}

}  // namespace frontis::commands
