#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include "base/text.h"
#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/state_place.h"
#include "control.h"

namespace frontis::commands {

namespace {

constexpr std::size_t longest_line = 4096;

struct Options {
  std::string file;
  std::string state;
};

// A command that a running server obeys, and how long that may take.
struct Order {
  std::string name;
  std::string signal;  // that does the same, without its SIG
  std::chrono::seconds patience;
};

// What the server says; none: stderr says why there is nothing.
std::optional<std::string> answer_to(const Order& order, const Options& options) {
  const std::string me = "frontis " + order.name + ": ";
  // A configuration with faults is refused here, before anybody is asked.
  const auto settings = settings_with_state(options.file, options.state);
  if (!settings) return std::nullopt;
  if (settings->state.empty()) {
    complain(me + settings->file.string() +
             " has no 'state', without which a server takes no commands: send it SIG" +
             order.signal + " (systemctl kill --kill-whom=main -s " + order.signal +
             " frontis), or, if it was started with a state, name that with --state");
    return std::nullopt;
  }
  auto answer = ask_server(settings->state, order.name, order.patience);
  if (!answer) {
    complain(me + answer.error().message);
    return std::nullopt;
  }
  if (answer->starts_with("ok")) return std::move(*answer);
  complain(me + "refused, and nothing has changed:");
  std::istringstream lines(*answer);
  for (std::string line; std::getline(lines, line);) complain(printable(line, longest_line));
  return std::nullopt;
}

int reload(const Options& options) {
  // Names of applications may have to be looked up.
  if (!answer_to({"reload", "HUP", std::chrono::seconds(60)}, options)) return found_fault;
  fmt::print("reloaded\n");
  return done;
}

int upgrade(const Options& options) {
  const auto answer = answer_to({"upgrade", "USR2", std::chrono::seconds(90)}, options);
  if (!answer) return found_fault;
  fmt::print("process {} has taken over\n", answer->substr(answer->find(' ') + 1));
  return done;
}

}  // namespace

std::function<int()> declare_reload(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  declare_server_place(app, options->file, options->state);
  return [options] { return reload(*options); };
}

std::function<int()> declare_upgrade(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  declare_server_place(app, options->file, options->state);
  return [options] { return upgrade(*options); };
}

}  // namespace frontis::commands
