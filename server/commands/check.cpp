#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/deep_check.h"

namespace frontis::commands {

namespace {

int report(const Findings& findings) {
  for (const std::string& finding : findings.all()) complain(finding);
  for (const std::string& note : findings.notes()) std::printf("note: %s\n", note.c_str());
  if (findings.empty()) return done;
  const std::size_t count = findings.all().size() + findings.left_out();
  std::printf("findings: %zu%s\n", count,
              findings.left_out() > 0 ? "; mend these first, then check again" : "");
  return found_fault;
}

int check_file(const std::string& chosen, bool deep) {
  const auto file = find_configuration(chosen);
  if (!file) return found_fault;
  const auto settings = read_configuration(*file);
  if (!settings) return found_fault;
  std::size_t routes = 0;
  for (const config::Site& site : settings->sites) routes += site.routes.size();
  // Which of the places it was found in shall be seen.
  const auto& shown = chosen.empty() ? settings->file : *file;
  std::printf("%s: valid; sites: %zu, routes: %zu\n", shown.c_str(), settings->sites.size(),
              routes);
  for (const config::Listen& admin : settings->admin) {
    if (!admin.is_local()) std::printf("note: %s\n", config::public_admin(admin).c_str());
  }
  std::fflush(stdout);
  return deep ? report(deep_check(*settings)) : done;
}

}  // namespace

std::function<int()> declare_check(CLI::App& options) {
  const auto file = std::make_shared<std::string>();
  const auto deep = std::make_shared<bool>(false);
  declare_configuration(options, *file);
  options.add_flag("--deep", *deep,
                   "Also look at this machine: roots, links, permissions, stale siblings, "
                   "manifests, sockets, logs, the state folder, routes that hide files, and what "
                   "applications need. As "
                   "root it sees what the configured user sees");
  return [file, deep] { return check_file(*file, *deep); };
}

}  // namespace frontis::commands
