#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include "commands/commands.h"
#include "commands/completion_scripts.h"

namespace frontis::commands {

namespace {

struct Shell {
  std::string_view name;
  std::string (*script)(const DeclaredCommand& frontis);
};

constexpr std::array<Shell, 3> shells{{
    {"bash", &bash_completion},
    {"zsh", &zsh_completion},
    {"fish", &fish_completion},
}};

int print_script(const std::string& name, const CLI::App& frontis) {
  for (const Shell& shell : shells) {
    if (shell.name != name) continue;
    const std::string script = shell.script(declared_command(frontis, frontis.get_name()));
    std::fputs(script.c_str(), stdout);
  }
  return done;
}

}  // namespace

std::function<int()> declare_completion(CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  std::vector<std::string> names;
  for (const Shell& each : shells) names.emplace_back(each.name);
  app.add_option("SHELL", *shell, "Shell that is to complete commands and options")
      ->required()
      ->check(CLI::IsMember(names));
  return [shell, &app] { return print_script(*shell, *app.get_parent()); };
}

}  // namespace frontis::commands
