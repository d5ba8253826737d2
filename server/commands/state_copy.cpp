#include "commands/state_copy.h"

#include <stdlib.h>

#include <cerrno>
#include <system_error>

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

// The databases with their journals; what else SQLite keeps it makes anew.
constexpr const char* databases[] = {"pins.sqlite3", "index.sqlite3"};

bool may_be_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(file, error) || error;  // what cannot be seen cannot be copied, either
}

}  // namespace

StateCopy::StateCopy(const fs::path& state) {
  if (state.empty()) return;
  for (const char* name : databases) {
    if (may_be_there(state / name) && !copy(state, name)) return;
  }
}

// False when it failed: nothing is known then.
bool StateCopy::copy(const fs::path& state, const std::string& name) {
  std::error_code error;
  if (folder_.empty() && !make_folder()) return false;
  if (fs::copy_file(state / name, folder_ / name, error)) {
    const std::string journal = name + "-wal";
    fs::copy_file(state / journal, folder_ / journal, error);  // need not be there
    return true;
  }
  fault_ = error.message();
  fs::remove_all(folder_, error);
  folder_.clear();
  return false;
}

bool StateCopy::make_folder() {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "frontis-explain-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    fault_ = "there is no temporary folder to copy it to";
    return false;
  }
  folder_ = name;
  return true;
}

StateCopy::~StateCopy() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

}  // namespace frontis::commands
