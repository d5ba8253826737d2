#include "commands/completion_scripts.h"

namespace frontis::commands {

namespace {

void append_below(const DeclaredCommand& command, std::vector<const DeclaredCommand*>& out) {
  out.push_back(&command);
  for (const DeclaredCommand& each : command.commands) append_below(each, out);
}

}  // namespace

Wanted wanted_by(const DeclaredOption& option) {
  if (!option.choices.empty()) return Wanted::choices;
  const std::string& kind = option.is_argument ? option.names.front() : option.value;
  if (kind.starts_with("DIR")) return Wanted::folders;
  // TEXT is the parser's own word, for whatever nobody has given a name.
  if (kind == "FILE" || kind == "TEXT") return Wanted::files;
  return Wanted::nothing;
}

std::vector<const DeclaredCommand*> all_below(const DeclaredCommand& command) {
  std::vector<const DeclaredCommand*> out;
  append_below(command, out);
  return out;
}

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += "'\\''";
    if (c != '\'') out += c;
  }
  return out + "'";
}

std::string joined_words(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace frontis::commands
