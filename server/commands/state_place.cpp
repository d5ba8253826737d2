#include "commands/state_place.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "commands/configuration.h"

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

std::string name_of(uid_t id) {
  const passwd* user = ::getpwuid(id);
  return user == nullptr ? std::string() : user->pw_name;
}

// Empty for ourselves.
std::string user_for(const config::Settings& settings) {
  if (!settings.user.empty() || !settings.file.empty() || ::geteuid() != 0) return settings.user;
  struct stat status {};
  if (::stat(settings.state.c_str(), &status) != 0 || status.st_uid == 0) return {};
  return name_of(status.st_uid);
}

Result<void> make_state(const fs::path& state, const std::string& user) {
  std::error_code error;
  const bool made = fs::create_directories(state, error);
  if (error) return fail(ErrorKind::io, "cannot make " + state.string() + ": " + error.message());
  const passwd* owner = made && !user.empty() ? ::getpwnam(user.c_str()) : nullptr;
  if (owner && ::geteuid() == 0 && ::chown(state.c_str(), owner->pw_uid, owner->pw_gid) != 0) {
    return fail_errno("cannot give " + state.string() + " to " + user, errno);
  }
  return {};
}

}  // namespace

std::optional<config::Settings> settings_with_state(const std::string& file,
                                                    const std::string& state) {
  std::optional<config::Settings> settings;
  if (file.empty() && !state.empty()) {
    settings.emplace();
  } else if (const auto found = find_configuration(file)) {
    settings = read_configuration(*found);
  }
  if (!settings) return std::nullopt;
  std::error_code error;
  if (!state.empty()) settings->state = fs::absolute(state, error).lexically_normal();
  return settings;
}

void declare_server_place(CLI::App& app, std::string& file, std::string& state) {
  declare_configuration(app, file);
  app.add_option("--state", state, "State folder of the server, in place of its own")
      ->type_name("DIR");
}

Result<std::unique_ptr<ActingUser>> act_for_state(const config::Settings& settings, bool make) {
  const std::string user = user_for(settings);
  if (make) {
    if (auto made = make_state(settings.state, user); !made) return tl::unexpected(made.error());
  }
  return ActingUser::become(user);
}

}  // namespace frontis::commands
