#include "commands/state_copy.h"

#include <stdlib.h>

#include <cerrno>
#include <system_error>

namespace frontis::commands {

namespace {

namespace fs = std::filesystem;

// The database of pins with its journal; what else SQLite keeps it makes anew.
constexpr const char* copied[] = {"pins.sqlite3", "pins.sqlite3-wal"};

}  // namespace

StateCopy::StateCopy(const fs::path& state) {
  std::error_code error;
  if (state.empty()) return;
  if (!fs::exists(state / copied[0], error) && !error) return;
  std::string name = (fs::temp_directory_path(error) / "frontis-explain-XXXXXX").string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    fault_ = "there is no temporary folder to copy it to";
    return;
  }
  folder_ = name;
  for (const char* file : copied) {
    if (fs::copy_file(state / file, folder_ / file, error) || file != copied[0]) continue;
    fault_ = error.message();
    fs::remove_all(folder_, error);
    folder_.clear();
    return;
  }
}

StateCopy::~StateCopy() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

}  // namespace frontis::commands
