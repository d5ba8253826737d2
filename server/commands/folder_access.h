// What this process, with the identity that it has now, may do with a path: for the checks that
// say what the server could not write. Nothing is made or changed.
#pragma once

#include <filesystem>
#include <string>

namespace frontis::commands {

// An errno: whether we may do so much (R_OK, W_OK, X_OK) with `path`; 0 if so.
[[nodiscard]] int access_error(const std::filesystem::path& path, int wanted);

// The system's own words for an errno.
[[nodiscard]] std::string reason(int error);

// The folder itself, or the nearest above it that is there.
[[nodiscard]] std::filesystem::path nearest_folder(std::filesystem::path folder);

}  // namespace frontis::commands
