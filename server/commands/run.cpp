#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "app/interpreter.h"
#include "base/text.h"
#include "base/user.h"
#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/folder_access.h"
#include "commands/run_configuration.h"
#include "commands/run_state.h"
#include "commands/typed_app.h"
#include "config/address.h"
#include "config/load.h"
#include "http/target.h"
#include "server.h"

namespace frontis::commands {

namespace {

std::string listen_fault(const std::string& typed) {
  const auto listen = config::parse_listen(typed, "/");
  return listen ? std::string() : listen.error().message;
}

// Every address answers on the loopback name; a Unix socket has no URL.
std::string url_of(const config::Listen& listen, const std::string& path) {
  if (listen.is_unix()) return listen.text();
  std::string host = listen.address;
  if (host.empty() || host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(listen.port) + http::encode_path(path);
}

void print_urls(const config::Settings& settings) {
  // The root of the site, or where it begins.
  const auto& routes = settings.sites.front().routes;
  const auto is_root = [](const config::Route& route) { return route.path == "/"; };
  const bool has_root = std::any_of(routes.begin(), routes.end(), is_root);
  const std::string path = has_root ? "/" : routes.front().path;
  for (const config::Listen& listen : settings.listen) {
    std::printf("Serving %s%s (Ctrl-C stops)\n", url_of(listen, path).c_str(),
                listen.is_local() ? "" : ", also to other machines");
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(settings.state, ignored)) {
    std::printf("Keeping compressed variants in %s\n", settings.state.c_str());
  }
  std::fflush(stdout);
}

// gunicorn and others take the application where we take a folder.
void suggest_app(const RunOptions& options) {
  std::error_code ignored;
  if (!options.app.empty() || std::filesystem::is_directory(options.directory, ignored)) return;
  const std::string arguments = app_in_place_of_folder(options.directory);
  if (!arguments.empty()) complain("To run an application: frontis run " + arguments);
}

// Somebody sits before it: better to say so now than with each attempt to start a process.
bool has_interpreters(const config::Settings& settings) {
  for (const config::App& app : settings.apps) {
    const std::string fault = app::interpreter_fault(app.wsgi.python, "--python");
    if (fault.empty()) continue;
    complain("frontis run: " + fault);
    return false;
  }
  return true;
}

// Of a server that nobody may see anything of, the same holds.
bool has_open_roots(const config::Settings& settings) {
  for (const config::Route& route : settings.sites.front().routes) {
    const auto* files = std::get_if<config::FilesAction>(&route.chain.front());
    const int error = files == nullptr ? 0 : access_error(files->root, X_OK);
    if (error == 0) continue;
    const std::string root = printable(files->root.native(), 4096);
    complain("frontis run: " + root + " cannot be entered: " + reason(error) + "; let " +
             user_text(::geteuid()) + " enter it and the folders above it (namei -l " + root + ")");
    return false;
  }
  return true;
}

int run_options(const RunOptions& options) {
  auto loaded = config::load_text(run_configuration(options), "command line");
  for (const config::Fault& fault : loaded.faults) complain("frontis run: " + fault.message);
  if (!loaded.settings) {
    suggest_app(options);
    return found_fault;
  }
  config::Settings& settings = *loaded.settings;
  if (!has_interpreters(settings) || !has_open_roots(settings)) return found_fault;
  // There is no file whose lines errors could name.
  for (config::Listen& listen : settings.listen) listen.source.clear();
  const auto log = open_log(settings);
  if (!log) return found_fault;
  if (options.state.empty()) {
    settings.state = make_run_state(settings);
    if (settings.state.empty()) {
      log->warning("no cache folder can be made, so nothing is compressed: name one with --state");
    }
  }
  const auto served = serve(std::move(settings), *log, {print_urls, nullptr});
  if (served) return done;
  log->error("{}", served.error().message);
  return found_fault;
}

}  // namespace

std::function<int()> declare_run(CLI::App& app) {
  const auto options = std::make_shared<RunOptions>();
  app.add_option("DIR", options->directory,
                 "Directory to serve at / (default: this one); with --app, where that runs");
  CLI::Option* served_app =
      app.add_option("--app", options->app,
                     "WSGI application to run and to serve at /; the files of DIR then are not. "
                     "module:create() is what a function makes")
          ->type_name("MODULE[:CALLABLE]")
          ->check(typed_app_fault);
  app.add_option("--processes", options->processes,
                 "Processes of the application (default: one for each processor core)")
      ->type_name("N")
      ->check(CLI::Range(1U, 1024U))
      ->needs(served_app);
  app.add_option("--python", options->python,
                 "Its interpreter (default: that of venv or .venv in DIR, else python3)")
      ->type_name("FILE")
      ->needs(served_app);
  app.add_option("--static", options->statics,
                 "Directory of static files, and its URL (default /static/); may be repeated")
      ->type_name("DIR[=/url/]")
      ->check(static_fault)
      ->allow_extra_args(false);
  app.add_option("--listen", options->listen,
                 "Port of 127.0.0.1, *:port for every address, address:port or unix:PATH")
      ->type_name("ADDRESS")
      ->capture_default_str()
      ->check(listen_fault);
  app.add_option("--state", options->state,
                 "Where compressed variants and old versions are kept; none: nowhere (default: a "
                 "folder below ~/.cache/frontis)")
      ->type_name("DIR");
  app.add_option("--access-log", options->access, "off, stdout or a file")
      ->type_name("FILE")
      ->capture_default_str();
  return [options] { return run_options(*options); };
}

}  // namespace frontis::commands
