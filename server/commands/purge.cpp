#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/text.h"
#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/purge_pattern.h"
#include "commands/state_place.h"
#include "control.h"

namespace frontis::commands {

namespace {

struct Options {
  std::string file;
  std::string state;
  std::vector<std::string> urls;
};

bool purge_one(const std::string& typed, const config::Settings& settings) {
  const auto pattern = purge_pattern(typed);
  if (!pattern) {
    complain("frontis purge: " + pattern.error().message);
    return false;
  }
  const auto answer = ask_server(settings.state, "purge " + *pattern);
  if (!answer) {
    complain("frontis purge: " + answer.error().message);
    return false;
  }
  if (!parse_decimal(*answer)) {
    complain("frontis purge: " + printable(*answer, 4096));
    return false;
  }
  fmt::print("{} {} purged: {}\n", *answer, *answer == "1" ? "answer" : "answers",
             printable(*pattern, 4096));
  return true;
}

int purge(const Options& options) {
  const auto settings = settings_with_state(options.file, options.state);
  if (!settings) return found_fault;
  if (settings->state.empty()) {
    complain("frontis purge: " + settings->file.string() +
             " has no 'state', without which a server takes no commands; if it was started with a "
             "state, name that with --state");
    return found_fault;
  }
  int code = done;
  for (const std::string& typed : options.urls) {
    if (!purge_one(typed, *settings)) code = found_fault;
  }
  return code;
}

}  // namespace

std::function<int()> declare_purge(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("URL", options->urls,
                 "http://host/path as it was asked for, or /path on all hosts; with * at its end, "
                 "all that begins so")
      ->required();
  declare_server_place(app, options->file, options->state);
  return [options] { return purge(*options); };
}

}  // namespace frontis::commands
