#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "commands/commands.h"
#include "commands/configuration.h"
#include "server.h"

namespace frontis::commands {

namespace {

int serve_file(const std::string& chosen) {
  const auto file = find_configuration(chosen);
  if (!file) return found_fault;
  auto settings = read_configuration(*file);
  if (!settings) return found_fault;
  const auto log = open_log(*settings);
  if (!log) return found_fault;
  const auto served = serve(std::move(*settings), *log,
                            {[](const auto&) {}, [&file] { return reread_configuration(*file); }});
  if (served) return done;
  log->error("{}", served.error().message);
  return found_fault;
}

}  // namespace

std::function<int()> declare_serve(CLI::App& options) {
  const auto file = std::make_shared<std::string>();
  declare_configuration(options, *file);
  options.footer(
      options.get_footer() +
      "\n\nSignals: SIGTERM and SIGINT stop it when the answers in flight are finished, "
      "SIGHUP\ndoes what `frontis reload` does, SIGUSR2 what `frontis upgrade` does, and "
      "SIGUSR1 opens the\nlogs anew after a rotation.");
  return [file] { return serve_file(*file); };
}

}  // namespace frontis::commands
