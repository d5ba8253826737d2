// What the path of a request stands for: a file of the root, the index of a directory, a file
// that stands in for another one, or a version that was kept when it went from the root. Belongs
// to the files handler, whose cache it finds things for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "config/settings.h"
#include "media/asset.h"
#include "media/judge.h"
#include "media/library.h"
#include "media/loader.h"
#include "media/manifest_watch.h"

namespace frontis::media {

struct Located {
  Origin origin;
  bool needs_slash = false;      // a directory with an index was asked for without its slash
  Instant seen{};                // when it was found
  std::uint64_t generation = 0;  // of the manifest at that time
  bool unsettled = false;        // it had changed right before
};

class Finder {
 public:
  // All references outlive this.
  Finder(const config::FilesAction& action, const Library& library, const Judge& rules,
         const Kept& kept, const ManifestWatch& manifests);

  // Under which an alternate is cached: no path of a request is like it.
  static std::string alternate_key(const Alternate& alternate);

  // `path` has no leading slash, or is an alternate_key(). Errors as Library::find().
  [[nodiscard]] Result<Located> find(std::string_view path) const;
  [[nodiscard]] std::optional<Located> find_kept(std::string_view path) const;
  // Whether find(), and where it finds nothing find_kept(), would still come upon the file of
  // `asset`, unchanged.
  [[nodiscard]] bool is_unchanged(const Asset& asset, std::string_view path) const;

 private:
  Result<Located> find_index(std::string directory, bool needs_slash) const;
  Result<Located> find_alternate(std::string_view file) const;
  bool is_unchanged_copy(const Asset& asset, std::string_view path) const;
  Located located(Origin origin, bool needs_slash = false) const;

  const config::FilesAction& action_;
  const Library& library_;
  const Judge& rules_;
  const Kept& kept_;
  const ManifestWatch& manifests_;
};

}  // namespace frontis::media
