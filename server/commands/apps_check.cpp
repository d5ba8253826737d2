#include "commands/apps_check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>

#include "app/interpreter.h"
#include "base/text.h"
#include "base/user.h"
#include "commands/backend_check.h"
#include "commands/folder_access.h"

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

std::string named(const config::App& app) { return "app '" + printable(app.name) + "'"; }

bool is_file(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool is_folder(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

void check_python(const config::App& app, Findings& findings) {
  const std::string fault = app::interpreter_fault(app.wsgi.python);
  if (!fault.empty()) findings.add(app.source, named(app) + ": " + fault);
}

// --- the module ---

struct Module {
  std::string name;  // "mysite.wsgi"
  fs::path path;     // "mysite/wsgi"
  fs::path first;    // "mysite"
};

Module module_of(const config::WsgiSettings& wsgi) {
  Module out;
  out.name = wsgi.callable.substr(0, wsgi.callable.find(':'));
  std::string slashed = out.name;
  for (char& c : slashed) c = c == '.' ? '/' : c;
  out.path = slashed;
  out.first = *out.path.begin();
  return out;
}

// "wsgi.py" beside "wsgi".
fs::path source_of(fs::path module) { return module += ".py"; }

// What an import of it would read; none where there is no such file.
std::optional<fs::path> file_of(const fs::path& module) {
  if (is_file(module / "__init__.py")) return module / "__init__.py";
  if (is_file(source_of(module))) return source_of(module);
  return std::nullopt;
}

bool is_python(const fs::directory_entry& entry) {
  return entry.path().extension() == ".py" || is_file(entry.path() / "__init__.py");
}

// Bounded; where there is too much to look at, there may be.
bool holds_python(const fs::path& directory) {
  int left = 10'000;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    if (is_python(*at) || --left == 0) return true;
  }
  return false;
}

// Of a virtualenv, into which an application may be installed as a package.
bool is_of_virtualenv(const fs::path& python) {
  return python.is_absolute() && is_file(python.parent_path().parent_path() / "pyvenv.cfg");
}

void report_elsewhere(const config::App& app, const std::string& module, Findings& findings) {
  const std::string directory = app.wsgi.directory.string();
  if (!holds_python(app.wsgi.directory) && !is_of_virtualenv(app.wsgi.python)) {
    return findings.add(app.source, named(app) + ": there is no module " + module + " in " +
                                        directory +
                                        ", and no other Python file; correct 'directory' (Django: "
                                        "the folder where manage.py is)");
  }
  findings.note(app.source, named(app) + ": whether there is a module " + module +
                                " cannot be judged: nothing in " + directory +
                                " has its name, so it must be installed for the interpreter; if it "
                                "is not, correct 'directory'");
}

void check_module(const config::App& app, Findings& findings) {
  const fs::path& directory = app.wsgi.directory;
  const Module module = module_of(app.wsgi);
  const std::string shown = "'" + printable(module.name) + "'";
  if (const auto file = file_of(directory / module.path)) {
    const int error = access_error(*file, R_OK);
    if (error == 0) return;
    return findings.add(app.source, named(app) + ": " + file->string() +
                                        " cannot be read: " + reason(error) + "; let " +
                                        user_text(::geteuid()) + " read it");
  }
  if (!is_folder(directory / module.first) && !is_file(source_of(directory / module.first))) {
    return report_elsewhere(app, shown, findings);
  }
  findings.add(app.source, named(app) + ": there is no module " + shown + ": neither " +
                               source_of(directory / module.path).string() + " nor " +
                               (directory / module.path / "__init__.py").string() +
                               "; correct 'wsgi' or 'directory'");
}

// --- the rest ---

bool check_directory(const config::App& app, Findings& findings) {
  const int error = access_error(app.wsgi.directory, R_OK | X_OK);
  if (error == 0) return true;
  findings.add(app.source, named(app) + ": its directory " + app.wsgi.directory.string() +
                               " cannot be entered: " + reason(error) + "; let " +
                               user_text(::geteuid()) +
                               " read and enter it and the folders above it");
  return false;
}

void check_reload_on(const config::App& app, Findings& findings) {
  for (const fs::path& file : app.wsgi.reload_on) {
    struct stat status {};
    if (::stat(file.c_str(), &status) == 0) continue;
    const int error = errno;
    const std::string what = named(app) + ": the file " + file.string() + " of 'reload_on'";
    if (error == ENOENT && is_folder(file.parent_path())) {
      findings.note(app.source, what + " is not there yet; `touch` makes it");
    } else {
      findings.add(app.source, what + " cannot be seen: " + reason(error) +
                                   "; correct its path, or let " + user_text(::geteuid()) +
                                   " enter its folder");
    }
  }
}

void check_wsgi(const config::App& app, Findings& findings) {
  check_python(app, findings);
  if (check_directory(app, findings)) check_module(app, findings);
  check_reload_on(app, findings);
}

void check_buffers(const config::Settings& settings, Findings& findings) {
  const fs::path& folder = settings.buffers.folder;
  const int error = access_error(folder, W_OK | X_OK);
  if (error == 0 && is_folder(folder)) return;
  findings.add(settings.place_of("buffers.folder"),
               "buffers.folder: nothing can be written in " + folder.string() + ": " +
                   (error != 0 ? reason(error) : "it is no folder") +
                   "; bodies that do not fit in memory need it");
}

void check_memcached(const config::Settings& settings, Findings& findings) {
  for (const config::Site& site : settings.sites) {
    for (const config::Route& route : site.routes) {
      for (const config::Action& action : route.chain) {
        const auto* memcached = std::get_if<config::MemcachedAction>(&action);
        if (memcached == nullptr) continue;
        check_backend(memcached->server, "memcached",
                      "until then its route passes every request on", findings);
      }
    }
  }
}

}  // namespace

void check_apps(const config::Settings& settings, Findings& findings) {
  for (const config::App& app : settings.apps) {
    if (app.is_ours()) check_wsgi(app, findings);
    for (const config::Backend& backend : app.addresses) {
      check_backend(backend, named(app), "until then it is answered for with 502", findings);
    }
  }
  if (!settings.apps.empty()) check_buffers(settings, findings);
  check_memcached(settings, findings);
}

}  // namespace frontis::commands
