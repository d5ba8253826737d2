// The commands of the binary: one file for each, one row in the table of commands.cpp. A command
// adds its options to the parser it is given and returns what to run.
#pragma once

#include <functional>
#include <span>
#include <string_view>

namespace CLI {
class App;
}

namespace frontis::commands {

// What a command returns to the shell.
inline constexpr int done = 0;         // all is well
inline constexpr int found_fault = 1;  // it ran and found a fault
inline constexpr int bad_usage = 2;    // it could not understand what was asked

struct Command {
  std::string_view name;
  std::string_view summary;  // for --help
  std::string_view example;
  // Declares the options; the function that it returns runs the command after parsing.
  std::function<int()> (*declare)(CLI::App& options);
};

// All commands; the first is what `frontis` does without one.
[[nodiscard]] std::span<const Command> all();

// Parses the command line and runs what it names.
[[nodiscard]] int run(int count, const char* const* arguments);

std::function<int()> declare_serve(CLI::App& options);
std::function<int()> declare_run(CLI::App& options);
std::function<int()> declare_init(CLI::App& options);
std::function<int()> declare_check(CLI::App& options);
std::function<int()> declare_explain(CLI::App& options);
std::function<int()> declare_press(CLI::App& options);
std::function<int()> declare_kept(CLI::App& options);
std::function<int()> declare_purge(CLI::App& options);
std::function<int()> declare_reload(CLI::App& options);
std::function<int()> declare_upgrade(CLI::App& options);
std::function<int()> declare_manual(CLI::App& options);
std::function<int()> declare_completion(CLI::App& options);
std::function<int()> declare_status(CLI::App& options);

}  // namespace frontis::commands
