#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "base/descriptor.h"
#include "base/file_bytes.h"
#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/django_configuration.h"
#include "commands/django_project.h"
#include "commands/project_python.h"
#include "config/load.h"
#include "config/wsgi_app.h"

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

struct Options {
  std::string directory = ".";
  std::string settings;
  std::string python;
  std::string output;
  bool force = false;
};

int complain_of(const std::string& message) {
  complain("frontis init: " + message);
  return found_fault;
}

Result<std::string> settings_beside(const fs::path& folder) {
  constexpr std::size_t most = 64 * 1024;
  const Descriptor file(
      ::open((folder / "manage.py").c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.is_open()) {
    return fail(ErrorKind::invalid, "no manage.py in " + folder.native() +
                                        "; name the folder of a Django project: frontis init "
                                        "/srv/site");
  }
  std::string text(most, '\0');
  const auto length = read_at(file.number(), text, 0);
  if (!length) return fail_errno("manage.py cannot be read", errno);
  return settings_of_manage(std::string_view(text).substr(0, *length));
}

// What is typed is meant from here, and the program runs elsewhere.
std::string chosen_python(const Options& options, const fs::path& folder) {
  if (options.python.empty()) return project_python(folder);
  if (options.python.find('/') == std::string::npos) return options.python;
  std::error_code ignored;
  return fs::absolute(options.python, ignored).lexically_normal().native();
}

Result<DjangoProject> find_project(const Options& options, const fs::path& folder) {
  DjangoProject project;
  project.folder = folder;
  project.settings = options.settings;
  project.settings_chosen = !options.settings.empty();
  project.is_service = !options.output.empty();
  project.python = chosen_python(options, folder);
  if (!project.settings_chosen) {
    Result<std::string> settings = settings_beside(folder);
    if (!settings) return tl::unexpected<Error>(settings.error());
    project.settings = std::move(*settings);
  }
  const Result<void> read = read_django_settings(project);
  if (!read) return tl::unexpected<Error>(read.error());
  return project;
}

Result<void> write_file(const fs::path& file, const std::string& text, bool force) {
  const int mode = force ? O_TRUNC : O_EXCL;
  const Descriptor out(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0644));
  if (!out.is_open()) return fail_errno(file.native() + " cannot be written", errno);
  if (!write_all(out.number(), text)) return fail_errno(file.native() + " is cut short", errno);
  return {};
}

constexpr const char* file_of_the_service = "/etc/frontis/frontis.yaml";

void print_next(const fs::path& file, bool is_service) {
  std::printf("Next: frontis check --deep -c %s\n", file.c_str());
  if (file == file_of_the_service) {
    std::printf("then: systemctl reload frontis\n");
  } else {
    std::printf("then: frontis serve -c %s\n", file.c_str());
  }
  if (is_service) return;
  std::printf("As a service, on port 80: the same as root, with --output %s --force\n",
              file_of_the_service);
}

void print_report(const fs::path& file, const DjangoConfiguration& made) {
  std::printf("%s: written\n", file.c_str());
  for (const std::string& line : made.done) std::printf("  %s\n", line.c_str());
  for (const std::string& line : made.missing) std::printf("missing: %s\n", line.c_str());
}

// Where it was asked for, else in the project.
fs::path file_for(const Options& options, const fs::path& folder) {
  std::error_code ignored;
  if (options.output.empty()) return folder / "frontis.yaml";
  return fs::absolute(options.output, ignored).lexically_normal();
}

int run_options(const Options& options) {
  std::error_code error;
  const fs::path folder = fs::canonical(options.directory, error);
  if (error) return complain_of(options.directory + ": " + error.message());
  const fs::path file = file_for(options, folder);
  if (!options.force && fs::exists(fs::symlink_status(file, error))) {
    return complain_of(file.native() + " is there already; --force writes it anew");
  }
  const Result<DjangoProject> project = find_project(options, folder);
  if (!project) return complain_of(project.error().message);

  const DjangoConfiguration made = django_configuration(*project);
  const config::Loaded loaded = config::load_text(made.yaml, file.native());
  for (const config::Fault& fault : loaded.faults) complain(fault.text());
  if (!loaded.settings) return complain_of("nothing is written: the settings lead to these faults");

  const Result<void> written = write_file(file, made.yaml, options.force);
  if (!written) return complain_of(written.error().message);
  print_report(file, made);
  print_next(file, project->is_service);
  return done;
}

}  // namespace

std::function<int()> declare_init(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option(
         "DIR", options->directory,
         "Folder of a Django project, where manage.py is; frontis.yaml is written there, to "
         "try things out")
      ->capture_default_str();
  app.add_option("--settings", options->settings, "Settings module (default: that of manage.py)")
      ->type_name("MODULE")
      ->check([](const std::string& typed) -> std::string {
        if (config::parse_callable(typed + ":settings")) return {};
        return "expected a module such as mysite.settings, found '" + typed + "'";
      });
  app.add_option("--python", options->python,
                 "Interpreter of the project (default: that of venv or .venv in DIR, else python3)")
      ->type_name("FILE");
  app.add_option("--output", options->output,
                 "Write the file of a service in place of that, with absolute paths, port 80, "
                 "'state' and 'user': /etc/frontis/frontis.yaml")
      ->type_name("FILE");
  app.add_flag("--force", options->force, "Write over a file that is there");
  return [options] { return run_options(*options); };
}

}  // namespace frontis::commands
