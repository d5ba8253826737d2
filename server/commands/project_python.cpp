#include "commands/project_python.h"

#include <unistd.h>

#include "commands/folder_access.h"

namespace frontis::commands {

std::string project_python(const std::filesystem::path& project) {
  for (const char* name : {"venv", ".venv"}) {
    const std::filesystem::path python = project / name / "bin/python";
    if (access_error(python, X_OK) == 0) return python.native();
  }
  return "python3";
}

}  // namespace frontis::commands
