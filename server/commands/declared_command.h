// The command line as plain values: what each command is called, says of itself and takes. Read off
// the parser to which all commands have declared themselves, so that manual pages and completion
// know whatever --help knows, and nothing has to be written down twice.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace frontis::commands {

struct DeclaredOption {
  std::vector<std::string> names;    // "-c", "--config"; of an argument its one name, "DIR"
  std::string value;                 // what follows a name: "FILE"; empty for a flag
  std::vector<std::string> choices;  // the only values that are taken; none: any
  std::string description;
  bool is_argument = false;  // known by its place
  bool is_required = false;
  bool is_repeated = false;

  // "-c, --config FILE", "DIR..."
  std::string text() const;
  bool is_help() const { return names.back() == "--help"; }
};

struct DeclaredCommand {
  std::string path;  // with those above it: "frontis kept list"
  std::string summary;
  std::string footer;
  std::vector<DeclaredOption> options;
  std::vector<DeclaredCommand> commands;

  // Without those above it: "list".
  std::string name() const;
  // "frontis kept purge [OPTION...] URL..."; each command has --help besides.
  std::string usage() const;
};

// `path` is how one calls it.
[[nodiscard]] DeclaredCommand declared_command(const CLI::App& app, const std::string& path);

}  // namespace frontis::commands
