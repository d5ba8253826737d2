#include "media/identity.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <limits>

#include "base/clock.h"

namespace frontis::media {

namespace {

// Nanoseconds since 1970; what does not fit 64 bits (after 2262) is the nearest that does.
std::int64_t nanoseconds(const statx_timestamp& time) {
  std::int64_t value = 0;
  if (__builtin_mul_overflow(time.tv_sec, std::int64_t{1'000'000'000}, &value) ||
      __builtin_add_overflow(value, std::int64_t{time.tv_nsec}, &value)) {
    return time.tv_sec < 0 ? std::numeric_limits<std::int64_t>::min()
                           : std::numeric_limits<std::int64_t>::max();
  }
  return value;
}

}  // namespace

std::optional<Look> look_at(int directory, const char* path, int flags) {
  struct statx found {};
  if (statx(directory, path, flags | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &found) != 0) {
    return std::nullopt;
  }
  return Look{{makedev(found.stx_dev_major, found.stx_dev_minor), found.stx_ino, found.stx_size,
               nanoseconds(found.stx_mtime), nanoseconds(found.stx_ctime)},
              found.stx_mode};
}

std::int64_t Identity::mtime_seconds() const {
  constexpr std::int64_t second = 1'000'000'000;
  return mtime_ns / second - (mtime_ns % second < 0 ? 1 : 0);
}

bool is_settled(const Identity& identity) {
  constexpr std::int64_t second = 1'000'000'000;
  constexpr std::int64_t few_ticks = 50'000'000;
  const std::int64_t age = wall_nanoseconds() - identity.ctime_ns;
  return age >= 2 * second || (identity.ctime_ns % second != 0 && age >= few_ticks);
}

std::optional<Identity> identity_of(int descriptor) {
  const auto look = look_at(descriptor, "", AT_EMPTY_PATH);
  if (!look) return std::nullopt;
  return look->identity;
}

std::optional<Identity> identity_at(int directory, const std::string& path) {
  const auto look = look_at(directory, path.c_str(), AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
  if (!look) return std::nullopt;
  if (S_ISREG(look->mode)) return look->identity;
  errno = ENOENT;
  return std::nullopt;
}

}  // namespace frontis::media
