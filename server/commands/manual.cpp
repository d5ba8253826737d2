#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "commands/commands.h"
#include "commands/manual_pages.h"
#include "commands/shown_configuration.h"

namespace frontis::commands {

namespace {

constexpr const char* of_commands = "frontis";
constexpr const char* of_settings = "frontis.yaml";

int print_page(const std::string& name, const CLI::App& frontis) {
  const std::string page =
      name == of_settings
          ? settings_page(shown_keys(shown_configuration()), FRONTIS_VERSION)
          : command_page(declared_command(frontis, frontis.get_name()), FRONTIS_VERSION);
  std::fputs(page.c_str(), stdout);
  return done;
}

}  // namespace

std::function<int()> declare_manual(CLI::App& app) {
  const auto page = std::make_shared<std::string>(of_commands);
  app.add_option("PAGE", *page, "Page of the manual")
      ->capture_default_str()
      ->check(CLI::IsMember({of_commands, of_settings}));
  return [page, &app] { return print_page(*page, *app.get_parent()); };
}

}  // namespace frontis::commands
