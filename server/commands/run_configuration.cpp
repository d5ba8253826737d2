#include "commands/run_configuration.h"

#include "base/text.h"
#include "commands/project_python.h"
#include "commands/yaml_text.h"

namespace frontis::commands {

namespace {

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

std::string route_of(const std::string& path, const std::string& action) {
  return "    " + yaml_quoted(path) + ": {" + action + "}\n";
}

std::string app_of(const RunOptions& options) {
  const std::string directory = options.directory.empty() ? "." : options.directory;
  const std::string python = options.python.empty() ? project_python(directory) : options.python;
  return "apps:\n  app:\n    wsgi: " + yaml_quoted(options.app) +
         "\n    directory: " + yaml_quoted(directory) + "\n    python: " + yaml_quoted(python) +
         "\n    processes: " + std::to_string(options.processes) + "\n";
}

// What is tried out is nobody else's business.
std::string listen_of(const std::string& typed) {
  return (parse_decimal(typed) ? "127.0.0.1:" : "") + typed;
}

// What is served at /, if anything is.
std::string root_of(const RunOptions& options) {
  // Beside an app its folder is not served: the sources are in it.
  if (!options.app.empty()) return route_of("/", "app: app");
  // With static directories alone, nothing else is served by chance.
  if (!options.directory.empty()) return route_of("/", "files: " + yaml_quoted(options.directory));
  return options.statics.empty() ? route_of("/", "files: .") : std::string();
}

}  // namespace

std::string static_fault(const std::string& typed) {
  if (!read_static(typed).directory.empty()) return {};
  return "expected a directory before '=', such as assets=/static/";
}

std::string run_configuration(const RunOptions& options) {
  std::string yaml = "listen: " + yaml_quoted(listen_of(options.listen)) +
                     "\nlog: {access: " + yaml_quoted(options.access) + "}\n";
  if (!options.state.empty() && options.state != no_state) {
    yaml += "state: " + yaml_quoted(options.state) + "\n";
  }
  if (!options.app.empty()) yaml += app_of(options);
  yaml += "sites:\n  \"*\":\n";
  for (const std::string& typed : options.statics) {
    const Static one = read_static(typed);
    yaml += route_of(one.url, "files: " + yaml_quoted(one.directory));
  }
  return yaml + root_of(options);
}

}  // namespace frontis::commands
