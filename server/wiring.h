// From settings to things that answer: what the loops share of media, for as long as the process
// lives and for as long as a configuration is in use; and for each loop a router with the handlers
// of every route. `serve` and `explain` both wire here, so that they answer alike.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "applications.h"
#include "base/log.h"
#include "config/settings.h"
#include "http/exchange.h"
#include "http/router.h"
#include "media/asset_cache.h"
#include "media/manifest_watch.h"
#include "media/rounds.h"
#include "media/services.h"
#include "observe/figures.h"

namespace frontis {

// What all loops know and make of files, whichever configuration they go by: press, and what is
// kept under `state`. Ends after the loops' handlers.
class SharedMedia {
 public:
  // Whether press works behind the answers, or whatever a request needs is done before it is
  // answered, and nothing beyond that (explain).
  enum class Press { works, rests };
  // `settings` (state, press, keep) and `log` outlive this. `made` is where variants and kept
  // versions lie: the state folder, or the server's when `settings.state` is a copy of it.
  SharedMedia(const config::Settings& settings, Press press, Log& log,
              const std::filesystem::path& made);
  SharedMedia(const config::Settings& settings, Press press, Log& log)
      : SharedMedia(settings, press, log, settings.state) {}

  ~SharedMedia();
  SharedMedia(const SharedMedia&) = delete;
  SharedMedia& operator=(const SharedMedia&) = delete;

  media::Services& services() { return services_; }
  // How they are now, for the metrics. Any thread, until stop().
  observe::MediaFigures look() const;
  // No more work is begun or finished: the loops' threads and the roots' rounds have ended. False
  // when press's idle threads do not end in time: nothing that they use may be freed then.
  bool stop(std::chrono::milliseconds patience);

 private:
  media::MimeTypes types_;
  media::Proofs proofs_;
  media::Inspections inspections_;
  media::Counters counters_;
  std::unique_ptr<media::Press> press_;
  media::Pins pins_;
  std::unique_ptr<media::Index> index_;  // null without a state folder
  media::Variants variants_;
  media::VariantMaker maker_;
  media::Kept kept_;
  media::Services services_;
};

// The roots of one configuration, for all loops.
class FileRoots {
 public:
  // All outlive this.
  FileRoots(const config::Settings& settings, SharedMedia& media, Log& log);
  ~FileRoots();

  std::shared_ptr<media::ManifestWatch> manifests_of(const config::FilesAction& action) const {
    return manifests_.at(&action);
  }
  // Begins press's rounds over all roots. `settings` are kept for as long as a job of press needs
  // them, which may be after the end of this.
  void start(std::shared_ptr<const config::Settings> settings);
  // No more is begun; what runs goes on.
  void stop();

 private:
  SharedMedia& media_;
  std::map<const config::FilesAction*, std::shared_ptr<media::ManifestWatch>> manifests_;
  std::vector<media::PressedRoot> roots_;
  std::shared_ptr<media::Rounds> rounds_;
};

// The handlers of one loop, and the router that finds them.
class Handlers {
 public:
  // What a loop has of the applications; without it nobody is asked (explain).
  struct Apps {
    Applications* shared = nullptr;
    net::Loop* loop = nullptr;
    net::TimerWheel* timers = nullptr;
    Log* log = nullptr;
  };
  // All that is referred to outlives this.
  Handlers(const config::Settings& settings, SharedMedia& media, const FileRoots& roots, Apps apps,
           media::Post post);

  const http::Router& router() const { return router_; }

 private:
  std::unique_ptr<http::Handler> make(const config::Site& site, const config::Route& route,
                                      const config::Action& action);
  std::unique_ptr<http::Handler> make_app(const config::Site& site,
                                          const config::AppAction& action);
  std::unique_ptr<http::Handler> make_memcached(const config::MemcachedAction& action);

  SharedMedia& media_;
  const FileRoots& roots_;
  media::Post post_;
  const config::Settings& settings_;
  const Apps apps_;
  Applications::Pools pools_;
  media::AssetCache cache_;
  std::vector<std::unique_ptr<http::Handler>> handlers_;
  http::Router router_;
};

}  // namespace frontis
