// Names every file beneath a root that could be served, in an order that is the same each time.
// Follows the rules of the Library: names that are denied are left out, and so is what leads
// outside; a directory that a link leads to is entered once. Reads directories, opens no file.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>

#include "base/result.h"
#include "config/settings.h"

namespace frontis::media {

struct WalkBounds {
  std::size_t most_files = 1'000'000;
  std::size_t deepest = 64;
  const std::atomic<bool>* give_up = nullptr;
};

// Calls `visit` with each path relative to the root ("css/app.css"). A directory that cannot be
// read is passed over, and told to `skipped` with the reason. Errors: not_found and io for the
// root itself; exhausted beyond the bounds; io when given up.
[[nodiscard]] Result<void> walk_root(
    const config::FilesAction& files, const WalkBounds& bounds,
    const std::function<void(const std::string& relative)>& visit,
    const std::function<void(const std::string& relative, const std::string& reason)>& skipped);

// The directories beneath the root, "" for the root itself, for those who watch them.
[[nodiscard]] Result<void> walk_directories(
    const config::FilesAction& files, const WalkBounds& bounds,
    const std::function<void(const std::string& relative)>& visit);

}  // namespace frontis::media
