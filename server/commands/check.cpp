#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/deep_check.h"

namespace frontis::commands {

namespace {

int check_file(const std::string& chosen, bool deep) {
  const auto file = find_configuration(chosen);
  if (!file) return found_fault;
  const auto settings = read_configuration(*file);
  if (!settings) return found_fault;
  std::size_t routes = 0;
  for (const config::Site& site : settings->sites) routes += site.routes.size();
  if (deep) {
    const auto findings = deep_check(*settings);
    for (const std::string& finding : findings) std::fprintf(stderr, "%s\n", finding.c_str());
    if (!findings.empty()) return found_fault;
  }
  std::printf("%s: valid; sites: %zu, routes: %zu\n", file->c_str(), settings->sites.size(),
              routes);
  return done;
}

}  // namespace

std::function<int()> declare_check(CLI::App& options) {
  const auto file = std::make_shared<std::string>();
  const auto deep = std::make_shared<bool>(false);
  options.add_option("-c,--config", *file,
                     "Configuration (default: ./frontis.yaml, then /etc/frontis/frontis.yaml)");
  options.add_flag("--deep", *deep,
                   "Also look at roots, permissions, sockets, and routes that hide files");
  return [file, deep] { return check_file(*file, *deep); };
}

}  // namespace frontis::commands
