// Names every file beneath a root that could be served, in an order that is the same each time.
// Follows the rules of the Library: names that are denied are left out, and so is what leads
// outside. A link is followed to a directory once, by the first that leads there, and never back
// to one that it lies in. Reads directories, and opens only what a link leads to.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "base/result.h"
#include "config/settings.h"
#include "media/library.h"

namespace frontis::media {

struct WalkBounds {
  std::size_t most_files = 1'000'000;  // and directories
  std::size_t deepest = 64;            // what lies deeper is passed over
  const std::atomic<bool>* give_up = nullptr;
  std::string from{};  // a directory relative to the root: only what lies beneath it
};

// Is told which directory was passed over, and why: "css" and "it may not be listed".
using Skipped = std::function<void(const std::string& relative, const std::string& reason)>;

// Calls `visit` with each path relative to the root ("css/app.css"). A directory that cannot be
// read is passed over, and told to `skipped` with the reason. Errors: not_found and io for the
// root itself; exhausted beyond the bounds; io when given up.
[[nodiscard]] Result<void> walk_root(const config::FilesAction& files, const WalkBounds& bounds,
                                     const std::function<void(const std::string& relative)>& visit,
                                     const Skipped& skipped);

// The directories beneath the root, "" for the root itself, for those who watch them: each is
// named before it is read.
[[nodiscard]] Result<void> walk_directories(
    const config::FilesAction& files, const WalkBounds& bounds,
    const std::function<void(const std::string& relative)>& visit);

// The same, one name at a time, for those who do it in slices. Holds the names of the directories
// on the way down, and nothing else. `files` outlives it.
class RootWalk {
 public:
  enum class Names { files, directories };
  RootWalk(const config::FilesAction& files, WalkBounds bounds, Names names, Skipped skipped = {});

  // None at the end. Errors as above; there is nothing more after one.
  [[nodiscard]] Result<std::optional<std::string>> next();

  // Whether the root's path still leads to the directory that it led to when this was made.
  bool is_current() const;

 private:
  using Place = std::pair<std::uint64_t, std::uint64_t>;  // device and inode
  enum class Kind { file, directory, link };              // link: or not known
  struct Entry {
    std::string name;
    Kind kind = Kind::file;
  };
  struct Level {
    Place place;
    std::string prefix;  // "" or "css/"
    std::vector<Entry> entries;
    std::size_t position = 0;
  };

  Result<void> begin();
  std::optional<std::string> pass(const std::string& relative, Kind kind);
  std::optional<Kind> look_behind(const std::string& relative);
  Result<void> enter(const std::string& relative);
  Result<std::vector<Entry>> list(Descriptor directory, const std::string& prefix) const;
  Result<void> pass_over(const std::string& relative, Error error) const;
  tl::unexpected<Error> too_many() const;

  const config::FilesAction& files_;
  const WalkBounds bounds_;
  const Names names_;
  const Skipped skipped_;
  const Library library_;
  Descriptor root_;
  bool has_begun_ = false;
  std::optional<std::string> to_enter_;
  std::vector<Level> levels_;
  std::set<Place> linked_;  // directories that links have led to
  std::size_t named_ = 0;
};

}  // namespace frontis::media
