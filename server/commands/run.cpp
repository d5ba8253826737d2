#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/run_state.h"
#include "config/address.h"
#include "config/load.h"
#include "http/target.h"
#include "server.h"

namespace frontis::commands {

namespace {

struct Options {
  std::string directory;
  std::vector<std::string> statics;  // "DIR" or "DIR=/url/"
  std::string listen = "8080";
  std::string access = "off";
  std::string state;  // empty: the user's cache folder; "none": nowhere
};

constexpr std::string_view no_state = "none";

// As a double-quoted YAML scalar.
std::string yaml_quoted(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out.append("\\x").append({digits[byte >> 4], digits[byte & 15]});
      continue;
    }
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

struct Static {
  std::string directory;
  std::string url;  // "/static/"
};

// A name may hold '=': only one before a slash is ours.
Static read_static(const std::string& typed) {
  const std::size_t equals = typed.rfind("=/");
  Static out{typed.substr(0, equals), "/static/"};
  if (equals == std::string::npos) return out;
  out.url = typed.substr(equals + 1);
  if (!out.url.ends_with('/')) out.url.push_back('/');
  return out;
}

// What is wrong with it, for the one who typed it; empty where nothing is.
std::string static_fault(const std::string& typed) {
  if (!read_static(typed).directory.empty()) return {};
  return "expected a directory before '=', such as assets=/static/";
}

std::string listen_fault(const std::string& typed) {
  const auto listen = config::parse_listen(typed, "/");
  return listen ? std::string() : listen.error().message;
}

std::string route_of(const std::string& path, const std::string& action) {
  return "    " + yaml_quoted(path) + ": {" + action + "}\n";
}

// The configuration that the options stand for, so that they are checked like any other.
std::string as_configuration(const Options& options) {
  std::string yaml = "listen: " + yaml_quoted(options.listen) +
                     "\nlog: {access: " + yaml_quoted(options.access) + "}\n";
  if (!options.state.empty() && options.state != no_state) {
    yaml += "state: " + yaml_quoted(options.state) + "\n";
  }
  yaml += "sites:\n  \"*\":\n";
  for (const std::string& typed : options.statics) {
    const Static one = read_static(typed);
    yaml += route_of(one.url, "files: " + yaml_quoted(one.directory));
  }
  // With static directories alone, nothing else is served by chance.
  if (!options.directory.empty()) {
    yaml += route_of("/", "files: " + yaml_quoted(options.directory));
  } else if (options.statics.empty()) {
    yaml += route_of("/", "files: .");
  }
  return yaml;
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
    std::printf("Serving %s (Ctrl-C stops)\n", url_of(listen, path).c_str());
  }
  std::error_code ignored;
  if (std::filesystem::is_directory(settings.state, ignored)) {
    std::printf("Keeping compressed variants in %s\n", settings.state.c_str());
  }
  std::fflush(stdout);
}

int run_options(const Options& options) {
  auto loaded = config::load_text(as_configuration(options), "command line");
  for (const config::Fault& fault : loaded.faults) complain("frontis run: " + fault.message);
  if (!loaded.settings) return found_fault;
  config::Settings& settings = *loaded.settings;
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
  const auto served = serve(settings, *log, [&settings] { print_urls(settings); });
  if (served) return done;
  log->error("{}", served.error().message);
  return found_fault;
}

}  // namespace

std::function<int()> declare_run(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("DIR", options->directory, "Directory to serve at / (default: this one)");
  app.add_option("--static", options->statics,
                 "Directory of static files, and its URL (default /static/); may be repeated")
      ->type_name("DIR[=/url/]")
      ->check(static_fault)
      ->allow_extra_args(false);
  app.add_option("--listen", options->listen, "Port, address:port or unix:PATH")
      ->capture_default_str()
      ->check(listen_fault);
  app.add_option("--state", options->state,
                 "Where compressed variants and old versions are kept; none: nowhere (default: a "
                 "folder below ~/.cache/frontis)")
      ->type_name("DIR");
  app.add_option("--access-log", options->access, "off, stdout or a file")->capture_default_str();
  return [options] { return run_options(*options); };
}

}  // namespace frontis::commands
