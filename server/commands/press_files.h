// Which files `frontis press` looks at: the folders that were named, or all roots of the
// configuration, each by the rules by which its files are served.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "commands/findings.h"
#include "config/settings.h"
#include "media/library.h"

namespace frontis::commands {

struct PressRoot {
  config::FilesAction files;
  std::string folder;  // only what lies in it, "css"; "" is the root itself
  std::string file;    // not empty: only this one, for which an exact route is there
};

// The roots for `directories`, or all files roots where none is named. A directory within a
// configured root has the rules of that root, another those of a bare files action. `settings`
// has no sites where there is no configuration. Errors: not_found, for a directory that is none.
[[nodiscard]] Result<std::vector<PressRoot>> press_roots(
    const config::Settings& settings, const std::vector<std::string>& directories);

// A compressible file.
struct PressTask {
  std::size_t root = 0;  // which of the roots
  std::string file;      // relative to it
  media::Identity identity;
};

struct PressList {
  std::vector<PressTask> tasks;  // the largest first, so that the end is not one long file
  std::uint64_t files = 0;       // that were seen, compressible or not
  std::uint64_t bytes = 0;       // of the tasks
};

// Walks the roots; a file that several of them lead to under one path is taken once. What cannot
// be walked is a finding. `interrupted` is asked now and then, and true ends the walk.
[[nodiscard]] PressList list_files(const std::vector<PressRoot>& roots,
                                   const std::function<bool()>& interrupted, Findings& findings);

// The name of a task's file for a person.
[[nodiscard]] std::string shown_name(const PressRoot& root, const std::string& file);

}  // namespace frontis::commands
