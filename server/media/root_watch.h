// Tells what changes beneath some roots, by inotify, on a thread of its own. A hint and no more:
// it is blind on network file systems, loses events under load (then all must be looked at again),
// and has a bounded number of watches. What it misses is seen when it is asked for.
#pragma once

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
  // `changed` is called on the watch's thread, for several changes at a time: some 100 ms after
  // the first of them, and never while it still runs. `roots` outlive this.
  RootWatch(std::vector<const config::FilesAction*> roots, std::function<void(Change)> changed,
            Log& log);
  ~RootWatch();
  RootWatch(const RootWatch&) = delete;
  RootWatch& operator=(const RootWatch&) = delete;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace frontis::media
