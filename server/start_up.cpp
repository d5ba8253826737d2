#include "start_up.h"

#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace frontis {

namespace {

// The state folder is made while we may, for the user that we become.
void make_state(const config::Settings& settings, const passwd* user, Log& log) {
  if (settings.state.empty()) return;
  std::error_code error;
  const bool made = std::filesystem::create_directories(settings.state, error);
  if (error) {
    log.warning(
        "state: cannot make {} ({}): pins are kept in memory and lost at a restart; make "
        "the folder writable or set 'state'",
        settings.state.string(), error.message());
  }
  if (made && user && ::chown(settings.state.c_str(), user->pw_uid, user->pw_gid) != 0) {
    log.warning("state: cannot give {} to {}", settings.state.string(), user->pw_name);
  }
}

std::string cannot_become(const std::string& user) {
  return "user: cannot become '" + user +
         "', because only root can; start frontis as root, or (as a service of systemd, whose "
         "User= decides) leave 'user' out";
}

}  // namespace

Log::Level level_of(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::debug: return Log::Level::debug;
    case config::LogLevel::info: return Log::Level::info;
    case config::LogLevel::warning: return Log::Level::warning;
    case config::LogLevel::error: return Log::Level::error;
    case config::LogLevel::off: return Log::Level::off;
  }
  return Log::Level::info;
}

void raise_file_limit(const config::Limits& limits, Log& log) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_max < limits.connections) {
    log.warning(
        "limits.connections is {}, but this process may open only {} files: raise the "
        "limit (ulimit -n, LimitNOFILE=) or lower limits.connections",
        limits.connections, files.rlim_max);
  }
}

Result<void> become_user(const config::Settings& settings, Log& log) {
  const passwd* user = settings.user.empty() ? nullptr : ::getpwnam(settings.user.c_str());
  if (!settings.user.empty() && user == nullptr) {
    return fail(ErrorKind::invalid, "user: there is no user '" + settings.user +
                                        "' on this machine; make one or change 'user'");
  }
  make_state(settings, user, log);
  if (user == nullptr && ::geteuid() == 0) {
    log.warning("running as root, which serving files does not need: set 'user', such as www-data");
  }
  if (user == nullptr || user->pw_uid == ::geteuid()) return {};
  if (::initgroups(user->pw_name, user->pw_gid) != 0 || ::setgid(user->pw_gid) != 0 ||
      ::setuid(user->pw_uid) != 0) {
    return fail_errno(cannot_become(settings.user), errno);
  }
  return {};
}

Result<void> can_become(const std::string& user, const config::Settings& first) {
  // Whoever was root once may have another user after a restart.
  if (user.empty() || user == first.user || !first.user.empty() || ::geteuid() == 0) return {};
  const passwd* const known = ::getpwnam(user.c_str());
  if (known != nullptr && known->pw_uid == ::geteuid()) return {};
  return fail(ErrorKind::invalid, cannot_become(user));
}

}  // namespace frontis
