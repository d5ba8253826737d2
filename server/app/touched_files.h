// Notices when one of some files was changed or touched (`reload_on`). Asked now and then, it
// compares their times of change; a file that is gone says nothing until it is there again.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace frontis::app {

class TouchedFiles {
 public:
  explicit TouchedFiles(const std::vector<std::filesystem::path>& files);

  bool is_empty() const { return files_.empty(); }
  // The file that has changed since this was asked the last time; null if none has.
  const std::filesystem::path* changed();

 private:
  struct File {
    std::filesystem::path path;
    std::optional<std::filesystem::file_time_type> time;
  };
  std::vector<File> files_;
};

}  // namespace frontis::app
