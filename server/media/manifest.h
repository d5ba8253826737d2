// The lists that build tools leave of the fingerprinted names they made: Django's
// staticfiles.json (1.0 and 1.1) and Vite's .vite/manifest.json. An immutable snapshot.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.h"

namespace frontis::media {

class Manifest {
 public:
  // Adds the fingerprinted names that `json` lists, relative to the root, without a leading
  // slash. invalid: not JSON, not that kind of manifest, or a version that we do not know; the
  // message says which. At most 1,000,000 names. Nothing is added on failure. A path whose value
  // equals its key is not fingerprinted and not added.
  [[nodiscard]] Result<void> add_staticfiles(std::string_view json);
  [[nodiscard]] Result<void> add_vite(std::string_view json);

  bool lists(std::string_view relative_path) const;
  std::size_t size() const { return names_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> names_;
};

}  // namespace frontis::media
