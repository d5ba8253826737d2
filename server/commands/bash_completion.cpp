#include "commands/completion_scripts.h"

namespace frontis::commands {

namespace {

constexpr std::string_view opening =
    R"bash(# Completion of frontis for bash, written by: frontis completion bash
_frontis() {
  local word place=frontis wanted= words=
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  # bash takes --option=value for three words.
  if [[ $current == = ]]; then
    current=
  elif [[ $previous == = ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    case "$place $word" in
)bash";

constexpr std::string_view ending = R"bash(  esac
  COMPREPLY=()
  [[ -z $words ]] || mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  case $wanted in
    files) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$current") ;;
    folders) mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$current") ;;
    *) return ;;
  esac
  compopt -o filenames
}
complete -F _frontis frontis
)bash";

std::string names_of_places(const DeclaredCommand& frontis) {
  std::string out;
  for (const DeclaredCommand* command : all_below(frontis)) {
    if (command == &frontis) continue;
    out += out.empty() ? "      " : " | ";
    out += shell_quoted(command->path);
  }
  return out + ") place=\"$place $word\" ;;\n    esac\n  done\n";
}

std::string wish(const DeclaredOption& option) {
  switch (wanted_by(option)) {
    case Wanted::files: return "wanted=files";
    case Wanted::folders: return "wanted=folders";
    case Wanted::choices: return "words=" + shell_quoted(joined_words(option.choices));
    case Wanted::nothing: break;
  }
  return ":";
}

// What may follow the name of an option that takes a value.
std::string values(const DeclaredCommand& command) {
  std::string out;
  for (const DeclaredOption& option : command.options) {
    if (option.value.empty()) continue;
    std::string names;
    for (const std::string& name : option.names) {
      names += (names.empty() ? "    " : " | ") + shell_quoted(command.path + " " + name);
    }
    out += names + ") " + wish(option) + " ;;\n";
  }
  return out;
}

// What may follow the command itself.
std::string words(const DeclaredCommand& command) {
  std::vector<std::string> taken;
  std::string out;
  for (const DeclaredCommand& each : command.commands) taken.push_back(each.name());
  for (const DeclaredOption& option : command.options) {
    const auto& more = option.is_argument ? option.choices : option.names;
    taken.insert(taken.end(), more.begin(), more.end());
    if (option.is_argument && option.choices.empty()) out = "; " + wish(option);
  }
  return "    " + shell_quoted(command.path + " ") +
         "*) words=" + shell_quoted(joined_words(taken)) + out + " ;;\n";
}

}  // namespace

std::string bash_completion(const DeclaredCommand& frontis) {
  std::string out = std::string(opening) + names_of_places(frontis);
  out += "  case \"$place $previous\" in\n";
  const auto commands = all_below(frontis);
  for (const DeclaredCommand* command : commands) out += values(*command);
  // Those deeper down come first: the path of a command begins with that of the one above it.
  for (auto at = commands.rbegin(); at != commands.rend(); ++at) out += words(**at);
  return out + std::string(ending);
}

}  // namespace frontis::commands
