#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "commands/admin_question.h"
#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/status_text.h"
#include "config/backend.h"

namespace frontis::commands {

namespace {

constexpr const char* clear_screen = "\033[H\033[J";
constexpr std::chrono::seconds pause{1};

struct Options {
  std::string file;
  std::string admin;
  bool watch = false;
  bool json = false;
};

// None: stderr says what to do.
std::optional<config::Backend> typed_admin(const std::string& text) {
  auto admin = config::parse_backend(text, std::filesystem::current_path());
  if (admin) return std::move(*admin);
  complain("frontis status: --admin: " + admin.error().message);
  return std::nullopt;
}

std::optional<config::Backend> admin_of(const Options& options) {
  if (!options.admin.empty()) return typed_admin(options.admin);
  const auto file = find_configuration(options.file);
  if (!file) return std::nullopt;
  const auto settings = read_configuration(*file);
  if (!settings) return std::nullopt;
  if (!settings->admin.empty()) return backend_of(settings->admin.front());
  complain("frontis status: " + file->string() +
           " has no 'admin', where a server shows its figures: write `admin: 127.0.0.1:9180` into "
           "it and run `frontis reload`, or name the address with --admin");
  return std::nullopt;
}

std::size_t columns() {
  winsize size{};
  const bool is_known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : 100;
}

// False after a fault, which stderr tells.
bool show_once(const config::Backend& admin, const Options& options, bool is_terminal) {
  const auto answer = ask_admin(admin, "/status.json");
  if (!answer) {
    complain("frontis status: " + answer.error().message +
             "; is the server running, and with this 'admin' (" + admin.text() + ")?");
    return false;
  }
  const bool in_colour = is_terminal && std::getenv("NO_COLOR") == nullptr;
  const auto text =
      options.json ? std::optional(*answer) : status_text(*answer, in_colour, columns());
  if (!text) {
    complain("frontis status: what listens at " + admin.text() +
             " is no frontis of this version; ask it with --json, or start the server anew");
    return false;
  }
  if (options.watch && is_terminal && !options.json) std::fputs(clear_screen, stdout);
  std::fputs(text->c_str(), stdout);
  if (options.watch && !is_terminal && !options.json) std::fputs("\n", stdout);
  std::fflush(stdout);
  return true;
}

int status(const Options& options) {
  const auto admin = admin_of(options);
  if (!admin) return found_fault;
  const bool is_terminal = ::isatty(STDOUT_FILENO) == 1;
  while (show_once(*admin, options, is_terminal)) {
    if (!options.watch) return done;
    std::this_thread::sleep_for(pause);
  }
  return found_fault;
}

}  // namespace

std::function<int()> declare_status(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  declare_configuration(app, options->file);
  app.add_option("--admin", options->admin,
                 "Where the server shows its figures, in place of 'admin' in the configuration: "
                 "9180, 127.0.0.1:9180 or unix:/run/frontis/admin.sock")
      ->type_name("ADDRESS");
  app.add_flag("--watch", options->watch, "Each second, until interrupted");
  app.add_flag("--json", options->json, "All figures as JSON, one line each time");
  return [options] { return status(*options); };
}

}  // namespace frontis::commands
