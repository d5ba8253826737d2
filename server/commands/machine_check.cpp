#include "commands/machine_check.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "commands/folder_access.h"

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

// A server makes the log, but not its folder.
void check_log(const config::Settings& settings, const std::string& key, const fs::path& path,
               Findings& findings) {
  std::error_code ignored;
  const std::string name = key + ": " + path.string();
  if (fs::is_directory(path, ignored)) {
    return findings.add(settings.place_of(key), name + " is a folder; name a file in it");
  }
  const int error = access_error(path, W_OK);
  if (error == 0) return;
  if (error != ENOENT) {
    return findings.add(settings.place_of(key), name + " cannot be appended to (" + reason(error) +
                                                    "); make it writable, or name another file");
  }
  const fs::path folder = path.parent_path();
  const int closed = access_error(folder, W_OK | X_OK);
  if (closed == 0) return;
  findings.add(settings.place_of(key),
               name + " cannot be made in " + folder.string() + " (" + reason(closed) + "); " +
                   (closed == ENOENT ? "make the folder" : "make it writable") +
                   ", or name another file");
}

// What is no file of its own is not renamed, and without its folder no log is opened at all.
void check_rotation_of(const config::Settings& settings, const std::string& key,
                       const fs::path& path, Findings& findings) {
  std::error_code ignored;
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored)) return;
  const fs::path folder = path.parent_path();
  const int closed = access_error(folder, W_OK | X_OK);
  if (closed == 0 || closed == ENOENT) return;
  const std::string user = settings.user.empty() ? "this user" : "user '" + settings.user + "'";
  findings.note(settings.place_of(key),
                key + ": " + user + " cannot make files in " + folder.string() + " (" +
                    reason(closed) + "): when " + path.filename().string() +
                    " is renamed, SIGUSR1 opens no new one; make the folder writable for that "
                    "user, or have what renames the log make the new one (logrotate: create)");
}

}  // namespace

void check_logs(const config::Settings& settings, Findings& findings) {
  const config::LogSettings& log = settings.log;
  if (log.file != "stderr") check_log(settings, "log.file", log.file, findings);
  if (log.access != "off" && log.access != "stdout") {
    check_log(settings, "log.access", log.access, findings);
  }
}

void check_log_rotation(const config::Settings& settings, Findings& findings) {
  const config::LogSettings& log = settings.log;
  if (log.file != "stderr") check_rotation_of(settings, "log.file", log.file, findings);
  if (log.access != "off" && log.access != "stdout") {
    check_rotation_of(settings, "log.access", log.access, findings);
  }
}

void check_open_files(const config::Settings& settings, Findings& findings) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  const std::uint32_t wanted = settings.limits.connections;
  if (files.rlim_max >= wanted) return;
  findings.add(settings.place_of("limits.connections"),
               "limits.connections is " + std::to_string(wanted) + ", but only " +
                   std::to_string(files.rlim_max) +
                   " files may be open; raise the limit (ulimit -Hn, LimitNOFILE=) or lower "
                   "limits.connections");
}

}  // namespace frontis::commands
