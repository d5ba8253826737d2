// Scripts by which shells complete the words of `frontis`: commands, options, the values of those
// that take only certain ones, and files or folders where such are wanted. Each walks the words so
// far from "frontis" to the command that they name, and offers what that one takes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "commands/declared_command.h"

namespace frontis::commands {

[[nodiscard]] std::string bash_completion(const DeclaredCommand& frontis);
[[nodiscard]] std::string zsh_completion(const DeclaredCommand& frontis);
[[nodiscard]] std::string fish_completion(const DeclaredCommand& frontis);

// What may stand where a value is wanted.
enum class Wanted { nothing, files, folders, choices };
[[nodiscard]] Wanted wanted_by(const DeclaredOption& option);

// All commands, those that hold others before what they hold.
[[nodiscard]] std::vector<const DeclaredCommand*> all_below(const DeclaredCommand& command);

// `text` as one word of a shell.
[[nodiscard]] std::string shell_quoted(std::string_view text);
// With spaces between them.
[[nodiscard]] std::string joined_words(const std::vector<std::string>& words);

}  // namespace frontis::commands
