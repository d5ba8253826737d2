#include "app/interpreter.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/text.h"

namespace frontis::app {

namespace {

// Why `file` cannot be run, in words; empty where it can.
std::string fault_of(const std::filesystem::path& file) {
  if (::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) != 0) {
    return std::generic_category().message(errno);
  }
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::generic_category().message(errno);
  return S_ISREG(status.st_mode) ? std::string() : "it is no file";
}

bool is_in_path(const std::string& program) {
  const char* variable = std::getenv("PATH");
  std::string_view rest = variable != nullptr ? variable : "/usr/bin:/bin";
  while (true) {
    const std::size_t colon = rest.find(':');
    if (fault_of(std::filesystem::path(rest.substr(0, colon)) / program).empty()) return true;
    if (colon == rest.npos) return false;
    rest.remove_prefix(colon + 1);
  }
}

}  // namespace

std::string interpreter_fault(const std::string& python, std::string_view setting) {
  const std::string shown = printable(python, 4096);
  if (python.find('/') == python.npos) {
    if (is_in_path(python)) return {};
    const std::string_view how = python == "python3" ? " (apt-get install python3)" : "";
    return "there is no '" + shown + "' in PATH; install it" + std::string(how) +
           ", or name an interpreter with " + std::string(setting);
  }
  const std::string why = fault_of(python);
  if (why.empty()) return {};
  return "the interpreter " + shown + " cannot be run: " + why +
         "; make its virtualenv (python3 -m venv), or correct " + std::string(setting);
}

}  // namespace frontis::app
