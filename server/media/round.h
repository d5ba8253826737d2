// Press's round through one root: which of its files are to be looked at next, what looking at
// one finds out and keeps, and the making of its variants. Belongs to Rounds, which decides when.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "media/inspection.h"
#include "media/judge.h"
#include "media/library.h"
#include "media/root_walk.h"
#include "media/services.h"

namespace frontis::media {

// A root whose files press knows before they are asked for.
struct PressedRoot {
  const config::FilesAction* files = nullptr;
  std::shared_ptr<ManifestWatch> manifests;
  std::string url_prefix;  // site and route: "www.example.org/static/"
};

class Round {
 public:
  Round(const PressedRoot& root, Services& services);

  // From any thread: what is to be looked at. More than `most_wanted` files at a time are all.
  void want_all();
  void want(std::vector<std::string> files);
  static constexpr std::size_t most_wanted = 20'000;
  // The same for files that were too young to be judged. True when there are any.
  bool want_young();
  // Has the manifests looked at. True when they say something else than the last time.
  bool manifests_changed();

  // --- one thread at a time ---
  // The next file to look at; none when there is nothing left.
  std::optional<std::string> next();
  // Finds out what the file holds, unless that is known, and keeps it if it is a version worth
  // keeping. True when press could make something of it that is not there yet.
  bool look_at(const std::string& file);

  // From any press thread: makes what the file lacks. True when something was made; a failure to
  // keep it is said in the log.
  bool make(const std::string& file);

 private:
  struct Seen {
    Found found;
    Inspection inspection;
    std::string type;
    CachingFacts facts;
  };
  std::optional<std::string> take_wanted();
  bool is_walk_due();
  void begin_walk();
  std::optional<std::string> walk_on();
  bool is_of_interest(const std::string& file, const Found& found) const;
  std::optional<Seen> see(const std::string& file);
  void put_off(const std::string& file);
  std::optional<Inspection> inspection_of(const std::string& file, const Found& found) const;
  void keep(const std::string& file, const Seen& seen) const;
  void make_deltas(const std::string& file, const Seen& seen) const;

  const config::FilesAction& files_;
  Services& services_;
  const std::shared_ptr<ManifestWatch> manifests_;
  const Judge judge_;
  std::mutex mutex_;  // of the three below
  bool all_wanted_ = false;
  std::deque<std::string> wanted_;
  std::vector<std::string> young_;
  std::unique_ptr<RootWalk> walk_;
  std::uint64_t generation_;  // of the manifests; of whoever asks manifests_changed()
};

}  // namespace frontis::media
