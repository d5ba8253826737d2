#include "commands/run_state.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <system_error>
#include <variant>
#include <vector>

#include "base/text.h"
#include "commands/folder_access.h"
#include "media/digest.h"

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

// An absolute path from the environment (the XDG specification ignores others).
std::optional<fs::path> folder_from(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value != '/') return std::nullopt;
  return fs::path(value);
}

// With the folders above it, for this user alone: what is served may be private.
bool make_private_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return true;
  if (folder.has_relative_path() && !make_private_folder(folder.parent_path())) return false;
  return ::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST;
}

bool can_be_used(const fs::path& folder) {
  return make_private_folder(folder) && access_error(folder, R_OK | W_OK | X_OK) == 0;
}

}  // namespace

std::string run_state_name(const config::Settings& settings) {
  constexpr std::size_t digits = 12;
  std::vector<std::string> served;
  for (const config::Site& site : settings.sites) {
    for (const config::Route& route : site.routes) {
      for (const config::Action& action : route.chain) {
        const auto* files = std::get_if<config::FilesAction>(&action);
        if (files == nullptr) continue;
        // Links are not followed: a root that is switched to the next release stays the same.
        served.push_back(route.path + '\0' + files->root.lexically_normal().native() + '\0');
      }
    }
  }
  std::sort(served.begin(), served.end());
  std::string all;
  for (const std::string& one : served) all += one;
  return "run-" + to_hex(media::sha256(all)).substr(0, digits);
}

fs::path make_run_state(const config::Settings& settings) {
  const fs::path name = fs::path("frontis") / run_state_name(settings);
  if (const auto cache = folder_from("XDG_CACHE_HOME"); cache && can_be_used(*cache / name)) {
    return *cache / name;
  }
  // A home that is not there is not meant to be.
  std::error_code ignored;
  const auto home = folder_from("HOME");
  if (!home || !fs::is_directory(*home, ignored)) return {};
  if (can_be_used(*home / ".cache" / name)) return *home / ".cache" / name;
  return {};
}

}  // namespace frontis::commands
