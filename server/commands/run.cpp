#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "commands/commands.h"
#include "commands/configuration.h"
#include "config/load.h"
#include "server.h"

namespace frontis::commands {

namespace {

struct Options {
  std::string directory;
  std::vector<std::string> statics;  // "DIR" or "DIR=/url/"
  std::string listen = "8080";
  std::string access = "off";
};

// As a double-quoted YAML scalar.
std::string yaml_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

std::string route_of(std::string_view assignment, std::string& directory) {
  const std::size_t equals = assignment.rfind("=/");
  directory = assignment.substr(0, equals);
  if (equals == std::string_view::npos) return "/static/";
  std::string url(assignment.substr(equals + 1));
  if (!url.ends_with('/')) url.push_back('/');
  return url;
}

// The configuration that the options stand for, so that they are checked like any other.
std::string as_configuration(const Options& options) {
  std::string yaml = "listen: " + yaml_quoted(options.listen) +
                     "\nlog: {access: " + yaml_quoted(options.access) + "}\nsites:\n  \"*\":\n";
  for (const std::string& assignment : options.statics) {
    std::string directory;
    const std::string url = route_of(assignment, directory);
    yaml += "    " + yaml_quoted(url) + ": {files: " + yaml_quoted(directory) + "}\n";
  }
  const bool has_root = !options.directory.empty() || options.statics.empty();
  const std::string root = options.directory.empty() ? "." : options.directory;
  yaml +=
      has_root ? "    \"/\": {files: " + yaml_quoted(root) + "}\n" : "    \"/\": {respond: 404}\n";
  return yaml;
}

// Every address answers on the loopback name; a Unix socket has no URL.
std::string url_of(const config::Listen& listen) {
  if (listen.is_unix()) return listen.text();
  const bool any = listen.address.empty() || listen.address == "0.0.0.0";
  const bool is_v6 = listen.address.find(':') != std::string::npos;
  const std::string host = any ? "127.0.0.1" : is_v6 ? "[" + listen.address + "]" : listen.address;
  return "http://" + host + ":" + std::to_string(listen.port) + "/";
}

int run_options(const Options& options) {
  const auto loaded = config::load_text(as_configuration(options), "command line");
  for (const config::Fault& fault : loaded.faults) {
    std::fprintf(stderr, "frontis run: %s\n", fault.message.c_str());
  }
  if (!loaded.settings) return found_fault;
  const auto log = open_log(*loaded.settings);
  if (!log) return found_fault;
  const auto served = serve(*loaded.settings, *log, [&] {
    for (const config::Listen& listen : loaded.settings->listen) {
      std::printf("Serving %s (Ctrl-C stops)\n", url_of(listen).c_str());
    }
    std::fflush(stdout);
  });
  if (served) return done;
  log->error("{}", served.error().message);
  return found_fault;
}

}  // namespace

std::function<int()> declare_run(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("DIR", options->directory, "Directory to serve at / (default: this one)");
  app.add_option("--static", options->statics,
                 "Directory of static files, and its URL (default /static/)")
      ->type_name("DIR[=/url/]");
  app.add_option("--listen", options->listen, "Port, address:port or unix:PATH")
      ->capture_default_str();
  app.add_option("--access-log", options->access, "off, stdout or a file")->capture_default_str();
  return [options] { return run_options(*options); };
}

}  // namespace frontis::commands
