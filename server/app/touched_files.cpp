#include "app/touched_files.h"

#include <system_error>

namespace frontis::app {

namespace {

std::optional<std::filesystem::file_time_type> time_of(const std::filesystem::path& file) {
  std::error_code fault;
  const auto time = std::filesystem::last_write_time(file, fault);
  if (fault) return {};
  return time;
}

}  // namespace

TouchedFiles::TouchedFiles(const std::vector<std::filesystem::path>& files) {
  for (const auto& path : files) files_.push_back({path, time_of(path)});
}

const std::filesystem::path* TouchedFiles::changed() {
  const std::filesystem::path* found = nullptr;
  for (File& file : files_) {
    const auto time = time_of(file.path);
    if (!time || time == file.time) continue;
    file.time = time;
    found = &file.path;
  }
  return found;
}

}  // namespace frontis::app
