// The manifests of one root, kept up to date: staticfiles.json and .vite/manifest.json are read
// at the start and again, on a press thread, within a second or two of a change. Shared by the
// loops; a look-up takes a snapshot and no lock for longer than a copy of a pointer.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "config/settings.h"
#include "media/library.h"
#include "media/manifest.h"
#include "media/press.h"

namespace frontis::media {

class ManifestWatch : public std::enable_shared_from_this<ManifestWatch> {
 public:
  // Reads what is there; a manifest that cannot be read is said in the log and counts as empty.
  ManifestWatch(const config::FilesAction& files, Press& press, Log& log);

  // Never null.
  std::shared_ptr<const Manifest> current() const;
  // Grows with each change of current().
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  // Looks whether the files have changed, at most once a second over all loops.
  void refresh();

 private:
  using Identities = std::array<std::optional<Identity>, 2>;

  Identities identify() const;
  void read();
  Result<void> add(Manifest& manifest, std::string_view file, bool vite) const;

  // Of the constructor and then of the one job that runs at a time (reading_).
  Library library_;
  Identities read_;  // what current_ was read from

  Press& press_;
  Log& log_;
  mutable std::mutex mutex_;  // of current_
  std::shared_ptr<const Manifest> current_;
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::int64_t> looked_{0};  // wall seconds
  std::atomic<bool> reading_{false};
};

}  // namespace frontis::media
