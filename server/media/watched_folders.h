// The folders that inotify watches for a RootWatch, and which of its roots each belongs to: one
// folder may lie in several of them, or in one under several names. Of the watch's thread alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/descriptor.h"

namespace frontis::media {

class WatchedFolders {
 public:
  struct Place {
    std::size_t root = 0;
    std::string relative;  // "" for the root itself
    friend bool operator==(const Place&, const Place&) = default;
  };
  enum class Added {
    watched,
    gone,   // there is no such folder that could be read
    full,   // `most` are watched, or as many as the system allows (fs.inotify.max_user_watches)
    never,  // the system gives no inotify (fs.inotify.max_user_instances)
  };

  explicit WatchedFolders(std::size_t most);

  // Readable when something has happened; -1 where there is no inotify.
  int descriptor() const { return events_.number(); }

  // `path` leads to the folder, also by links.
  Added add(const std::string& path, Place place);
  // The folder, and what lies beneath it, is no longer watched for this place.
  void forget(const Place& place);

  struct Event {
    std::uint32_t mask = 0;  // IN_CREATE and so on; IN_Q_OVERFLOW: events were lost
    std::string_view name;   // in the folder
    Place folder;
  };
  // Tells what has happened, once for each place of the folder. `tell` may add and forget.
  void read(const std::function<void(const Event&)>& tell);

  std::size_t size() const { return places_.size(); }

 private:
  const std::size_t most_;
  Descriptor events_;
  std::unordered_map<int, std::vector<Place>> places_;  // by watch
};

}  // namespace frontis::media
