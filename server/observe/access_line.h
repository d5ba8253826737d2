// The text of one line of the access log. Bytes in, bytes out, no file and no thread: a lane owns
// one AccessLine, which remembers the date of the current second, so that a line costs no call to
// the system and no allocation. Whatever a client sends, the result is one line that cannot be
// mistaken for two, with as many fields as it should have.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "observe/access_log.h"

namespace frontis::observe {

class AccessLine {
 public:
  // No line is longer, its newline included.
  static const std::size_t longest;

  explicit AccessLine(config::AccessFormat format) : format_(format) {}

  // Writes the line of `entry`, which stands for `weight` of its kind, at `out`, which has room for
  // `longest` bytes, and returns the place behind its newline.
  char* write(const AccessEntry& entry, std::uint32_t weight, char* out);

 private:
  static constexpr std::int64_t no_second = INT64_MIN;

  void remember_date(std::int64_t second);

  const config::AccessFormat format_;
  std::int64_t second_ = no_second;
  std::array<char, 32> date_{};
  std::size_t date_length_ = 0;
};

}  // namespace frontis::observe
