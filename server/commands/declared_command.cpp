#include "commands/declared_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

namespace frontis::commands {

namespace {

// Of the text of a type, which is "TEXT:{gzip,br,zstd}" where only certain words are taken.
std::vector<std::string> choices_in(std::string_view type) {
  const std::size_t begin = type.find(":{");
  if (begin == type.npos || !type.ends_with('}')) return {};
  std::vector<std::string> out;
  std::string_view rest = type.substr(begin + 2, type.size() - begin - 3);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    out.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return out;
}

// The text of a type without what its checks say of themselves behind a colon. One in brackets is
// its own: MODULE[:CALLABLE].
std::string value_in(const std::string& type) {
  std::size_t open = 0;
  for (std::size_t i = 0; i < type.size(); ++i) {
    if (type[i] == '[') ++open;
    if (type[i] == ']') --open;
    if (type[i] == ':' && open == 0) return type.substr(0, i);
  }
  return type;
}

std::string described(const CLI::Option& option, const std::vector<std::string>& choices) {
  std::string out = option.get_description();
  if (!choices.empty()) out += ": " + CLI::detail::join(choices, ", ");
  if (!option.get_default_str().empty()) out += " (default: " + option.get_default_str() + ")";
  return out;
}

DeclaredOption declared_option(const CLI::Option& option) {
  DeclaredOption out;
  out.is_argument = !option.nonpositional();
  for (const std::string& name : option.get_snames()) out.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) out.names.push_back("--" + name);
  if (out.is_argument) out.names = {option.get_name(true)};
  const std::string type = option.get_type_name();
  if (option.get_type_size() != 0 && !out.is_argument) out.value = value_in(type);
  out.choices = choices_in(type);
  out.description = described(option, out.choices);
  out.is_required = option.get_required();
  out.is_repeated = option.get_expected_max() >= CLI::detail::expected_max_vector_size;
  return out;
}

}  // namespace

std::string DeclaredOption::text() const {
  std::string out = CLI::detail::join(names, ", ");
  if (!value.empty()) out += " " + value;
  return is_argument && is_repeated ? out + "..." : out;
}

std::string DeclaredCommand::name() const { return path.substr(path.rfind(' ') + 1); }

std::string DeclaredCommand::usage() const {
  std::string out = path;
  const auto is_of_its_own = [](const DeclaredOption& option) {
    return !option.is_argument && !option.is_help();
  };
  if (std::any_of(options.begin(), options.end(), is_of_its_own)) out += " [OPTION...]";
  for (const DeclaredOption& option : options) {
    if (!option.is_argument) continue;
    out += option.is_required ? " " + option.text() : " [" + option.text() + "]";
  }
  return commands.empty() ? out : out + " COMMAND";
}

DeclaredCommand declared_command(const CLI::App& app, const std::string& path) {
  DeclaredCommand out{path, app.get_description(), app.get_footer(), {}, {}};
  for (const CLI::Option* option : app.get_options()) {
    out.options.push_back(declared_option(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    out.commands.push_back(declared_command(*command, path + " " + command->get_name()));
  }
  return out;
}

}  // namespace frontis::commands
