// Tells what changes beneath some roots, by inotify, on a thread of its own. A hint and no more:
// it is blind on network file systems, loses events under load (then all must be looked at again),
// and has a bounded number of watches. What it misses is seen when it is asked for.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "config/settings.h"

namespace frontis::media {

class RootWatch {
 public:
  struct Change {
    std::size_t root = 0;            // which of `roots`
    bool all = false;                // everything may have changed: a switched root, lost events
    std::vector<std::string> files;  // relative to the root; written to its end, or moved here
  };
  struct Bounds {
    std::size_t most_folders = 100'000;             // watched at a time
    std::size_t most_files = 10'000;                // more changes of a root at a time are `all`
    std::chrono::milliseconds blind_every{60'000};  // `all` of a root that cannot be watched whole
  };
  // `changed` is called on the watch's thread, for several changes at a time: some 100 ms after
  // the first of them, and never while it still runs. The first that is said of a root is `all`,
  // as soon as it is there and watched: what comes before that is not missed either. `roots`
  // outlive this.
  RootWatch(std::vector<const config::FilesAction*> roots, std::function<void(Change)> changed,
            Log& log, Bounds bounds);
  RootWatch(std::vector<const config::FilesAction*> roots, std::function<void(Change)> changed,
            Log& log)
      : RootWatch(std::move(roots), std::move(changed), log, Bounds()) {}
  ~RootWatch();
  RootWatch(const RootWatch&) = delete;
  RootWatch& operator=(const RootWatch&) = delete;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace frontis::media
