#include "commands/machine_check.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

// An errno: whether we may do so much with `path`; 0 if so.
int access_error(const fs::path& path, int wanted) {
  return ::faccessat(AT_FDCWD, path.c_str(), wanted, AT_EACCESS) == 0 ? 0 : errno;
}

std::string reason(int error) { return std::generic_category().message(error); }

// The folder itself, or the nearest above it that is there.
fs::path nearest_folder(fs::path folder) {
  std::error_code ignored;
  while (folder.has_relative_path() && !fs::exists(folder, ignored)) folder = folder.parent_path();
  return folder;
}

std::string place_of(const config::Settings& settings) {
  return settings.file.empty() ? "" : settings.file.filename().string();
}

// `folder` is the one in which the log is made, if it is not there.
void check_log(const config::Settings& settings, const std::string& key, const fs::path& path,
               const fs::path& folder, Findings& findings) {
  std::error_code ignored;
  const std::string name = key + ": " + path.string();
  if (fs::is_directory(path, ignored)) {
    return findings.add(place_of(settings), name + " is a folder; name a file in it");
  }
  const int error = access_error(path, W_OK);
  if (error == 0) return;
  if (error != ENOENT) {
    return findings.add(place_of(settings), name + " cannot be appended to (" + reason(error) +
                                                "); make it writable, or name another file");
  }
  const int closed = access_error(folder, W_OK | X_OK);
  if (closed == 0) return;
  findings.add(place_of(settings), name + " cannot be made in " + folder.string() + " (" +
                                       reason(closed) + "); " +
                                       (closed == ENOENT ? "make the folder" : "make it writable") +
                                       ", or name another file");
}

}  // namespace

void check_logs(const config::Settings& settings, Findings& findings) {
  const config::LogSettings& log = settings.log;
  const fs::path file = log.file;
  const fs::path access = log.access;
  // The folders of the error log are made with it.
  if (log.file != "stderr") {
    check_log(settings, "log.file", file, nearest_folder(file.parent_path()), findings);
  }
  if (log.access != "off" && log.access != "stdout") {
    check_log(settings, "log.access", access, access.parent_path(), findings);
  }
}

void check_open_files(const config::Settings& settings, Findings& findings) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  const std::uint32_t wanted = settings.limits.connections;
  if (files.rlim_max >= wanted) return;
  findings.add(place_of(settings),
               "limits.connections is " + std::to_string(wanted) + ", but only " +
                   std::to_string(files.rlim_max) +
                   " files may be open; raise the limit (ulimit -Hn, LimitNOFILE=) or lower "
                   "limits.connections");
}

void check_state_place(const config::Settings& settings, Findings& findings) {
  std::error_code ignored;
  if (settings.state.empty() || fs::exists(settings.state, ignored)) return;
  const fs::path folder = nearest_folder(settings.state);
  const int error = access_error(folder, W_OK | X_OK);
  if (error == 0) return;
  findings.add(place_of(settings), "state: " + settings.state.string() + " cannot be made in " +
                                       folder.string() + " (" + reason(error) +
                                       "); make it, or set 'state' to another folder");
}

void check_state(const config::Settings& settings, Findings& findings) {
  if (settings.state.empty()) return;
  const auto report = [&](const fs::path& path, const std::string& what, int error) {
    findings.add(place_of(settings),
                 "state: " + path.string() + " " + what + " (" + reason(error) +
                     "); give it to the user that serves" +
                     (settings.user.empty() ? "" : ", '" + settings.user + "'"));
  };
  std::error_code ignored;
  const int error = access_error(settings.state, R_OK | W_OK | X_OK);
  if (error == ENOENT || error == ENOTDIR) {
    const fs::path folder = nearest_folder(settings.state);
    const int closed = fs::is_directory(folder, ignored) ? access_error(folder, X_OK) : 0;
    if (closed != 0) report(folder, "cannot be entered", closed);
    return;
  }
  if (error != 0) return report(settings.state, "cannot be written", error);
  if (!fs::is_directory(settings.state, ignored)) {
    return findings.add(place_of(settings),
                        "state: " + settings.state.string() + " is no folder; name one");
  }
  for (const char* name : {"pins.sqlite3", "pins.sqlite3-wal", "pins.sqlite3-shm", "pins.lock"}) {
    const int closed = access_error(settings.state / name, R_OK | W_OK);
    if (closed != 0 && closed != ENOENT) report(settings.state / name, "cannot be written", closed);
  }
}

}  // namespace frontis::commands
