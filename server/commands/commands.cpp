#include "commands/commands.h"

#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

namespace frontis::commands {

namespace {

constexpr std::array<Command, 13> table{{
    {"serve", "Serve the sites of a configuration file", "frontis serve -c frontis.yaml",
     &declare_serve},
    {"run", "Serve directories or an application without a configuration file",
     "frontis run public --static assets=/static/ --listen 8080\n"
     "  frontis run --app mysite.wsgi --static static/",
     &declare_run},
    {"init", "Write a configuration file for a Django project",
     "frontis init /srv/site\n"
     "  frontis init /srv/site --output /etc/frontis/frontis.yaml --force",
     &declare_init},
    {"check", "Validate a configuration file", "frontis check --deep -c frontis.yaml",
     &declare_check},
    {"explain", "Say what a request would get, and why",
     "frontis explain http://localhost/app.css -H 'Accept-Encoding: br'", &declare_explain},
    {"press", "Build every variant ahead of time",
     "frontis press /srv/site/static --state /var/lib/frontis", &declare_press},
    {"reload", "Have a running server go by its configuration as it is now",
     "frontis reload -c /etc/frontis/frontis.yaml", &declare_reload},
    {"upgrade", "Have a newly installed program take over from a running server",
     "frontis upgrade -c /etc/frontis/frontis.yaml", &declare_upgrade},
    {"kept", "List or purge versions that are kept after they have gone",
     "frontis kept purge http://www.example.org/static/app.38d674d0e73a.css", &declare_kept},
    {"purge", "Forget answers of applications that a running server keeps",
     "frontis purge 'http://www.example.org/news/*'", &declare_purge},
    {"status", "Show what a running server does", "frontis status --watch", &declare_status},
    {"manual", "Print a page of the manual", "frontis manual frontis.yaml | man -l -",
     &declare_manual},
    {"completion", "Print what makes a shell complete commands and options",
     "source <(frontis completion bash)", &declare_completion},
}};

struct Declared {
  CLI::App* options;
  std::function<int()> run;
};

int usage_error(CLI::App& app, const CLI::ParseError& error) {
  const bool asked = error.get_exit_code() == 0;  // --help and --version come this way too
  const int code = app.exit(error);
  return asked ? code : bad_usage;
}

}  // namespace

std::span<const Command> all() { return table; }

int run(int count, const char* const* arguments) {
  CLI::App app(
      "Frontis answers every request for a file of a web site, and hands the rest to its "
      "application.",
      "frontis");
  app.set_version_flag("--version", "frontis " FRONTIS_VERSION);
  app.require_subcommand(0, 1);
  app.footer(
      "Exit status: 0 done, 1 a fault was found, 2 bad usage.\n"
      "Without a command: frontis serve.\n"
      "Example:\n  frontis run public --listen 8080");
  std::vector<Declared> declared;
  for (const Command& command : table) {
    CLI::App* options = app.add_subcommand(std::string(command.name), std::string(command.summary));
    options->footer("Example:\n  " + std::string(command.example));
    declared.push_back({options, command.declare(*options)});
  }
  try {
    app.parse(count, arguments);
    for (const Declared& one : declared) {
      if (one.options->parsed()) return one.run();
    }
    // No command: `serve` with its defaults.
    declared.front().options->clear();
    return declared.front().run();
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
}

}  // namespace frontis::commands
