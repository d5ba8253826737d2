// A file that is being written under a temporary name in the folder where it belongs, by whoever
// wants its name to hold all of its bytes or not to exist, also after a crash. It goes away unless
// it is finished. For threads that may wait for a disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "base/result.h"

namespace frontis::media {

// Errors are io: the path, what failed, and what to do about it.
class Draft {
 public:
  // The folder is made where missing; a link in its place is refused.
  [[nodiscard]] static Result<Draft> begin(const std::filesystem::path& folder,
                                           const std::string& name);
  // Whether a file of this name is, or was, somebody's draft.
  [[nodiscard]] static bool is_temporary(std::string_view name);
  Draft(Draft&& other) noexcept = default;
  Draft& operator=(Draft&&) = delete;
  ~Draft();

  [[nodiscard]] Result<void> write(std::string_view bytes);
  // Its modification time, since 1970.
  [[nodiscard]] Result<void> set_modified(std::int64_t nanoseconds);
  // Syncs it and gives it its name, in place of what had it before.
  [[nodiscard]] Result<void> finish();

 private:
  Draft(std::string path, std::string name, Descriptor folder);
  bool open();

  std::string path_;  // for messages
  std::string name_;
  std::string temporary_;
  Descriptor folder_;
  Descriptor file_;
};

}  // namespace frontis::media
