// Files under one folder of `state`, named by the digest of what they stand for. Each is written
// under a temporary name, synced and renamed, so a name does not exist or holds all of its bytes,
// also after a crash. Disks and people change files all the same: whoever takes one compares its
// digest. Any thread may use it; several processes may share a folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "media/digest.h"
#include "media/library.h"

namespace frontis::media {

class ContentStore {
 public:
  // The folder is made by the first write, and again whenever it has gone. Empty: nothing can be
  // put or found.
  explicit ContentStore(std::filesystem::path folder);

  // "ab/cdef0123….br": relative to the folder; `suffix` is "" or begins with a dot, and holds
  // lower-case letters, digits and dots, at most 80. One folder for each first byte, so that none
  // grows too large.
  [[nodiscard]] static std::string name_of(const Sha256& digest, std::string_view suffix);
  // The way back; none for what name_of() cannot have made.
  struct Named {
    Sha256 digest{};
    std::string suffix;
  };
  [[nodiscard]] static std::optional<Named> parse(std::string_view name);

  // Replaces what was there. Errors: io, with the path, what failed and what to do (a full disk,
  // a folder that may not be written); nothing of the failed write is left behind.
  [[nodiscard]] Result<void> put(const std::string& name, std::string_view bytes) const;
  // Copies the open file `from` (`identity` is what it must still be) and gives the copy its
  // modification time. Errors as above; invalid when the bytes do not have the digest `expected`.
  [[nodiscard]] Result<void> put_copy(const std::string& name, int from, const Identity& identity,
                                      const Sha256& expected) const;

  // Opens for reading. Errors: not_found; exhausted (EMFILE and the like); io. Loops may call it.
  [[nodiscard]] Result<Found> find(const std::string& name) const;
  // What stands there now, by one statx.
  [[nodiscard]] Result<Identity> identify(const std::string& name) const;
  // Silent when it is not there.
  void remove(const std::string& name) const;

  // Every file that put() may have made, with its size and the seconds since 1970 of its last
  // change (its ctime: a copy's modification time is the original's); not the temporary ones.
  // `visit` may remove it.
  void for_each(const std::function<void(const std::string& name, std::uint64_t size,
                                         std::int64_t changed)>& visit) const;
  // Removes temporary files that a crash left behind: those older than an hour at `now`, seconds
  // since 1970.
  void sweep(std::int64_t now = wall_seconds()) const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

}  // namespace frontis::media
