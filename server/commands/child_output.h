// What another program prints: it is run without a shell, with nothing to read, and its time and
// the length of what it says have bounds. Its errors go to our own stderr.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace frontis::commands {

struct ChildBounds {
  std::chrono::milliseconds time{30'000};
  std::size_t output = 64 * 1024;  // bytes
};

// `command` is the program (a path, or a name in PATH) and its arguments; it runs in `folder`.
// Errors: invalid (there is no such program, it ended with another status than 0, or it said too
// much), timeout, io.
[[nodiscard]] Result<std::string> child_output(const std::vector<std::string>& command,
                                               const std::filesystem::path& folder,
                                               ChildBounds bounds = {});

}  // namespace frontis::commands
