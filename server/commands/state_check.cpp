#include "commands/state_check.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>
#include <string_view>
#include <variant>

#include "commands/folder_access.h"
#include "config/quantity.h"

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

template <typename Visit>
void for_each_root(const config::Settings& settings, const Visit& visit) {
  for (const config::Site& site : settings.sites) {
    for (const config::Route& route : site.routes) {
      for (const config::Action& action : route.chain) {
        if (const auto* files = std::get_if<config::FilesAction>(&action)) visit(route, *files);
      }
    }
  }
}

// What it would do is missed only where files are served.
void note_no_state(const config::Settings& settings, Findings& findings) {
  bool has_files = false;
  for_each_root(settings, [&](const auto&, const auto&) { has_files = true; });
  if (!has_files) return;
  findings.note(settings.place_of("state"),
                "no 'state': nothing is compressed, no old version of a file is kept, and what "
                "was found out about files is lost at each start; `frontis reload` and the like "
                "reach no server, and signals do; name a folder that the server may write");
}

// Below a name that begins with a dot nothing is served.
bool is_shown(const fs::path& relative) {
  return std::none_of(relative.begin(), relative.end(), [](const fs::path& segment) {
    return segment.native().starts_with('.') && segment != ".";
  });
}

void check_is_not_served(const config::Settings& settings, Findings& findings) {
  std::error_code ignored;
  const fs::path state = fs::weakly_canonical(settings.state, ignored);
  for_each_root(settings, [&](const config::Route& route, const config::FilesAction& files) {
    const fs::path root = fs::weakly_canonical(files.root, ignored);
    const fs::path relative = state.lexically_relative(root);
    if (relative.empty() || !is_shown(relative)) return;
    findings.add(route.source, "state: " + settings.state.string() + " lies under the root " +
                                   files.root.string() +
                                   ", so what the server keeps would be served, and compressed "
                                   "again; set 'state' to a folder outside of it");
  });
}

// What of it the server writes, and in which way.
struct Part {
  const char* name;
  int wanted;
};
constexpr Part parts[] = {
    {"pins.sqlite3", R_OK | W_OK},      {"pins.sqlite3-wal", R_OK | W_OK},
    {"pins.sqlite3-shm", R_OK | W_OK},  {"pins.lock", R_OK | W_OK},
    {"index.sqlite3", R_OK | W_OK},     {"index.sqlite3-wal", R_OK | W_OK},
    {"index.sqlite3-shm", R_OK | W_OK}, {"index.lock", R_OK | W_OK},
    {"variants", R_OK | W_OK | X_OK},   {"kept", R_OK | W_OK | X_OK},
};

// How many bytes variants and kept versions take now. Bounded in files.
std::uint64_t bytes_in(const fs::path& state) {
  constexpr int most_files = 200'000;
  std::uint64_t sum = 0;
  int count = 0;
  for (const char* name : {"variants", "kept"}) {
    std::error_code error;
    fs::recursive_directory_iterator at(state / name, error), end;
    for (; !error && at != end && count < most_files; at.increment(error), ++count) {
      std::error_code gone;
      const std::uint64_t size = at->is_regular_file(gone) ? at->file_size(gone) : 0;
      if (!gone) sum += size;
    }
  }
  return sum;
}

void check_room(const config::Settings& settings, Findings& findings) {
  struct statvfs disk {};
  if (::statvfs(nearest_folder(settings.state).c_str(), &disk) != 0) return;
  check_state_room(settings, std::uint64_t{disk.f_bavail} * disk.f_frsize, findings);
}

// In whole units of a kind that people compare.
std::string amount(std::uint64_t bytes) {
  constexpr std::uint64_t mib = 1024 * 1024;
  return config::size_text(bytes < mib ? bytes : bytes / mib * mib);
}

}  // namespace

void check_state_place(const config::Settings& settings, Findings& findings) {
  std::error_code ignored;
  if (settings.state.empty()) return note_no_state(settings, findings);
  check_is_not_served(settings, findings);
  if (fs::exists(settings.state, ignored)) return;
  const fs::path folder = nearest_folder(settings.state);
  const int error = access_error(folder, W_OK | X_OK);
  if (error == 0) return;
  findings.add(settings.place_of("state"),
               "state: " + settings.state.string() + " cannot be made in " + folder.string() +
                   " (" + reason(error) + "); make it, or set 'state' to another folder");
}

void check_state(const config::Settings& settings, Findings& findings) {
  if (settings.state.empty()) return;
  const auto report = [&](const fs::path& path, const std::string& what, int error) {
    findings.add(settings.place_of("state"),
                 "state: " + path.string() + " " + what + " (" + reason(error) +
                     "); give it to the user that serves" +
                     (settings.user.empty() ? "" : ", '" + settings.user + "'"));
  };
  std::error_code ignored;
  const int error = access_error(settings.state, R_OK | W_OK | X_OK);
  if (error == ENOENT || error == ENOTDIR) {
    const fs::path folder = nearest_folder(settings.state);
    const int closed = fs::is_directory(folder, ignored) ? access_error(folder, X_OK) : 0;
    if (closed != 0) return report(folder, "cannot be entered", closed);
    return check_room(settings, findings);
  }
  if (error != 0) return report(settings.state, "cannot be written", error);
  if (!fs::is_directory(settings.state, ignored)) {
    return findings.add(settings.place_of("state"),
                        "state: " + settings.state.string() + " is no folder; name one");
  }
  for (const Part& part : parts) {
    const int closed = access_error(settings.state / part.name, part.wanted);
    if (closed != 0 && closed != ENOENT) {
      report(settings.state / part.name, "cannot be written", closed);
    }
  }
  check_room(settings, findings);
}

void check_state_room(const config::Settings& settings, std::uint64_t available,
                      Findings& findings) {
  const config::PressSettings& press = settings.press;
  const bool compresses = press.gzip || press.br || press.zstd || press.deltas;
  const std::uint64_t variants = compresses ? press.size : 0;
  const std::uint64_t versions = settings.keep.time.count() > 0 ? settings.keep.size : 0;
  const std::uint64_t wanted = variants + versions;
  if (available >= wanted) return;
  // What is there already takes no more room.
  const std::uint64_t there = bytes_in(settings.state);
  if (available + there >= wanted) return;
  findings.note(settings.place_of("state"),
                "state: " + settings.state.string() + " may grow to " + amount(wanted) +
                    " ('press: size' and 'keep_size'), but its disk has room for " +
                    amount(available + there) + "; free some, or set these lower");
}

}  // namespace frontis::commands
