#include "commands/completion_scripts.h"

namespace frontis::commands {

namespace {

constexpr std::string_view opening =
    R"fish(# Completion of frontis for fish, written by: frontis completion fish
function __frontis_is_at --description 'Whether the words so far lead to this command'
    set -l place frontis
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if contains -- "$place $word" $__frontis_places
            set place "$place $word"
        end
    end
    test "$place" = "$argv"
end
complete -c frontis -f
)fish";

std::string begin_of(const DeclaredCommand& command) {
  return "complete -c frontis -n " + shell_quoted("__frontis_is_at " + command.path);
}

std::string described(std::string_view description) {
  return " -d " + shell_quoted(description) + "\n";
}

std::string wish(const DeclaredOption& option) {
  switch (wanted_by(option)) {
    case Wanted::files: return " -F";
    case Wanted::folders: return " -a '(__fish_complete_directories)'";
    case Wanted::choices: return " -a " + shell_quoted(joined_words(option.choices));
    case Wanted::nothing: break;
  }
  return {};
}

std::string complete(const DeclaredCommand& command, const DeclaredOption& option) {
  std::string out = begin_of(command);
  if (option.is_argument) return out + wish(option) + described(option.description);
  for (const std::string& name : option.names) {
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (!option.value.empty()) {
    out += " -r" + wish(option) + (wanted_by(option) == Wanted::files ? "" : " -f");
  }
  return out + described(option.description);
}

}  // namespace

std::string fish_completion(const DeclaredCommand& frontis) {
  std::string places;
  std::string rows;
  for (const DeclaredCommand* command : all_below(frontis)) {
    if (command != &frontis) places += " " + shell_quoted(command->path);
    for (const DeclaredCommand& each : command->commands) {
      rows += begin_of(*command) + " -a " + each.name() + described(each.summary);
    }
    for (const DeclaredOption& option : command->options) rows += complete(*command, option);
  }
  return std::string(opening) + "set -g __frontis_places" + places + "\n" + rows;
}

}  // namespace frontis::commands
