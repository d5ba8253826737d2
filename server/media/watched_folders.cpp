#include "media/watched_folders.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace frontis::media {

namespace {

// IN_CREATE: for folders, and for links, which are never written.
constexpr std::uint32_t wanted =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_ONLYDIR | IN_EXCL_UNLINK;

bool is_within(const WatchedFolders::Place& inner, const WatchedFolders::Place& outer) {
  if (inner.root != outer.root) return false;
  if (outer.relative.empty() || inner.relative == outer.relative) return true;
  return inner.relative.size() > outer.relative.size() &&
         inner.relative.starts_with(outer.relative) && inner.relative[outer.relative.size()] == '/';
}

}  // namespace

WatchedFolders::WatchedFolders(std::size_t most)
    : most_(most), events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

WatchedFolders::Added WatchedFolders::add(const std::string& path, Place place) {
  if (!events_.is_open()) return Added::never;
  if (places_.size() >= most_) return Added::full;
  const int watch = ::inotify_add_watch(events_.number(), path.c_str(), wanted);
  if (watch < 0) return errno == ENOSPC || errno == ENOMEM ? Added::full : Added::gone;
  auto& places = places_[watch];  // the same watch for the same folder
  if (std::find(places.begin(), places.end(), place) == places.end()) {
    places.push_back(std::move(place));
  }
  return Added::watched;
}

void WatchedFolders::forget(const Place& place) {
  for (auto position = places_.begin(); position != places_.end();) {
    std::erase_if(position->second, [&](const Place& one) { return is_within(one, place); });
    if (!position->second.empty()) {
      ++position;
      continue;
    }
    ::inotify_rm_watch(events_.number(), position->first);
    position = places_.erase(position);
  }
}

void WatchedFolders::read(const std::function<void(const Event&)>& tell) {
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  const ssize_t got = ::read(events_.number(), buffer.data(), buffer.size());
  const char* const end = buffer.data() + std::max<ssize_t>(got, 0);
  for (const char* at = buffer.data(); at < end;) {
    inotify_event event{};
    std::memcpy(&event, at, sizeof event);
    const std::string_view name(event.len > 0 ? at + sizeof event : "");
    at += sizeof event + event.len;
    if ((event.mask & IN_Q_OVERFLOW) != 0) tell({event.mask, {}, {}});
    const auto known = places_.find(event.wd);
    if (known == places_.end()) continue;
    const std::vector<Place> places = known->second;
    if ((event.mask & IN_IGNORED) != 0) places_.erase(known);  // the folder has gone
    for (const Place& place : places) tell({event.mask, name, place});
  }
}

}  // namespace frontis::media
