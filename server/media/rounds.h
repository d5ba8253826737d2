// Press's rounds: looks at every file of every root without being asked, at the start, when
// inotify tells of a change, and once an hour. Looking is done soon (what it holds, whether it is
// to be kept); compressing in idle time. So the first visitor finds the best variant, and a
// deploy finds the old version kept. One for the server; `explain` and the commands have none.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/settings.h"
#include "media/judge.h"
#include "media/library.h"
#include "media/root_watch.h"
#include "media/services.h"

namespace frontis::media {

class Rounds {
 public:
  struct Root {
    const config::FilesAction* files = nullptr;
    std::shared_ptr<ManifestWatch> manifests;
    std::string url_prefix;  // site and route: "www.example.org/static/"
  };
  // Begins at once. All references outlive this, but press, which ends after stop().
  Rounds(std::vector<Root> roots, Services& services);
  ~Rounds();
  // Returns when nothing more will be submitted to press but by jobs that run there.
  void stop();
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

 private:
  // The implementer's.
  Services& services_;
};

}  // namespace frontis::media
