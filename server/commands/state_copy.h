// A private copy of what the server remembers under `state`, so that a command can ask as the
// server does and change nothing. It goes with its object.
#pragma once

#include <filesystem>
#include <string>

namespace frontis::commands {

class StateCopy {
 public:
  explicit StateCopy(const std::filesystem::path& state);
  ~StateCopy();
  StateCopy(const StateCopy&) = delete;
  StateCopy& operator=(const StateCopy&) = delete;

  // Empty where there was nothing to copy, or it could not be.
  const std::filesystem::path& folder() const { return folder_; }
  // Why it could not be copied; empty when all is well.
  const std::string& fault() const { return fault_; }

 private:
  bool copy(const std::filesystem::path& state, const std::string& name);
  bool make_folder();

  std::filesystem::path folder_;
  std::string fault_;
};

}  // namespace frontis::commands
