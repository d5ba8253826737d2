// What a file is, to tell it from another and one content from the next without reading it:
// device, inode, size and times. Values, from one statx each.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace frontis::media {

// What tells one content of a file from another without reading it.
struct Identity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;  // since 1970
  std::int64_t ctime_ns = 0;
  friend bool operator==(const Identity&, const Identity&) = default;

  std::int64_t mtime_seconds() const;  // rounded down, also before 1970
};

// What an open file is now.
[[nodiscard]] std::optional<Identity> identity_of(int descriptor);
// The regular file at `path` ("": `directory` itself, which then is an open file); a link is not
// followed. None, and errno: why; ENOENT where something else stands.
[[nodiscard]] std::optional<Identity> identity_at(int directory, const std::string& path);

// Whether its times are old enough to show the next change: they tick some hundred times a second,
// on some file systems once in two.
[[nodiscard]] bool is_settled(const Identity& identity);

// What stands at a path, of whatever kind.
struct Look {
  Identity identity;
  mode_t mode = 0;
};
// `flags` are those of statx(2). None, and errno: why.
[[nodiscard]] std::optional<Look> look_at(int directory, const char* path, int flags);

}  // namespace frontis::media
