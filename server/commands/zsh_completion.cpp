#include <algorithm>

#include "commands/completion_scripts.h"

namespace frontis::commands {

namespace {

constexpr std::string_view ending = R"zsh(
if [[ ${funcstack[1]} == _frontis ]]; then
  _frontis "$@"
else
  compdef _frontis frontis
fi
)zsh";

// As it may stand within the brackets and between the colons of _arguments.
std::string plain(std::string text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string function_of(const DeclaredCommand& command) {
  std::string out = "_" + command.path;
  std::replace(out.begin(), out.end(), ' ', '_');
  return out;
}

std::string wish(const DeclaredOption& option) {
  switch (wanted_by(option)) {
    case Wanted::files: return "_files";
    case Wanted::folders: return "_files -/";
    case Wanted::choices: return "(" + joined_words(option.choices) + ")";
    case Wanted::nothing: break;
  }
  return " ";
}

std::string specification(const DeclaredOption& option) {
  if (option.is_argument) {
    const std::string place = option.is_repeated ? "*" : option.is_required ? "1" : "1:";
    return "    " + shell_quoted(place + ":" + plain(option.names.front()) + ":" + wish(option));
  }
  const std::string value =
      option.value.empty() ? "" : ":" + plain(option.value) + ":" + wish(option);
  std::string out;
  for (const std::string& name : option.names) {
    const std::string times = option.is_repeated ? "*" : "";
    out += (out.empty() ? "    " : " \\\n    ") +
           shell_quoted(times + name + "[" + plain(option.description) + "]" + value);
  }
  return out;
}

// One that holds others hands the words behind its own to the one that they name.
std::string dispatch(const DeclaredCommand& command) {
  std::string names;
  std::string rows;
  for (const DeclaredCommand& each : command.commands) {
    names += "      " + shell_quoted(each.name() + ":" + plain(each.summary)) + "\n";
    rows += "        " + each.name() + ") " + function_of(each) + " ;;\n";
  }
  return "  case $state in\n    command)\n      commands=(\n" + names +
         "      )\n      _describe command commands ;;\n    rest)\n      case $line[1] in\n" +
         rows + "      esac ;;\n  esac\n";
}

std::string function(const DeclaredCommand& command) {
  const bool holds_others = !command.commands.empty();
  std::string out = "\n" + function_of(command) + "() {\n";
  out += "  local curcontext=$curcontext state line\n  local -A opt_args\n  local -a commands\n";
  out += holds_others ? "  _arguments -C -s" : "  _arguments -s";
  for (const DeclaredOption& option : command.options) out += " \\\n" + specification(option);
  if (holds_others) out += " \\\n    '1: :->command' \\\n    '*:: :->rest'";
  return out + "\n" + (holds_others ? dispatch(command) : "") + "}\n";
}

}  // namespace

std::string zsh_completion(const DeclaredCommand& frontis) {
  std::string out =
      "#compdef frontis\n# Completion of frontis for zsh, written by: frontis completion zsh\n";
  for (const DeclaredCommand* command : all_below(frontis)) out += function(*command);
  return out + std::string(ending);
}

}  // namespace frontis::commands
