// The interpreter that a Python project is meant to run with.
#pragma once

#include <filesystem>
#include <string>

namespace frontis::commands {

// That of a virtualenv `venv` or `.venv` in `project`, as a path that begins with `project`; else
// "python3".
[[nodiscard]] std::string project_python(const std::filesystem::path& project);

}  // namespace frontis::commands
