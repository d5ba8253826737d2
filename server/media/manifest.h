// The lists that build tools leave of the fingerprinted names they made: Django's
// staticfiles.json (1.0 and 1.1) and Vite's .vite/manifest.json. An immutable snapshot.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"

namespace frontis::media {

class Manifest {
 public:
  explicit Manifest(std::size_t most_names = 1'000'000) : most_names_(most_names) {}

  // Adds the fingerprinted names that `json` lists, relative to the root, without a leading
  // slash. invalid: not JSON, not that kind of manifest, or a version that we do not know; the
  // message says which. At most `most_names` in all. Nothing is added on failure. A path whose
  // value equals its key is not fingerprinted and not added, nor is a path that leads out of the
  // root, nor one of Vite's whose name has no hash.
  [[nodiscard]] Result<void> add_staticfiles(std::string_view json);
  [[nodiscard]] Result<void> add_vite(std::string_view json);

  bool lists(std::string_view relative_path) const;
  std::size_t size() const { return names_.size(); }
  // Calls visit(relative_path) for each, in no order.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const std::string& name : names_) visit(std::string_view(name));
  }

 private:
  [[nodiscard]] Result<void> add(const std::vector<std::string_view>& names);

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::size_t most_names_;
  std::unordered_set<std::string, Hash, std::equal_to<>> names_;
};

}  // namespace frontis::media
