// A body on its way between a client and an application that go at different speeds: bytes in
// memory up to a bound, and what does not fit there in an unnamed file. Belongs to one call.
// What was appended can be read from any offset, until it is dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/buffer.h"
#include "base/descriptor.h"
#include "base/result.h"
#include "config/app_settings.h"

namespace frontis::upstream {

class Spool {
 public:
  // `settings` outlives the spool. About `on_disk` bytes may come to lie in the file; 0: none, and
  // what is_full() did not stop stays in memory.
  Spool(const config::BufferSettings& settings, std::uint64_t on_disk)
      : settings_(settings), on_disk_(on_disk) {}

  // Errors: exhausted (the disk is full) or io; nothing was appended then.
  [[nodiscard]] Result<void> append(std::string_view bytes);
  // Before anything is appended: none of it may go to the file.
  void stay_in_memory() { on_disk_ = 0; }
  // Whoever appends is to pause until enough has been dropped. The file takes room until all of it
  // is read, so it counts as long as it is.
  bool is_full() const { return memory_.size() + file_end_ >= settings_.memory + on_disk_; }

  // Offsets count from the first byte that was ever appended.
  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return begin_ + size(); }
  std::uint64_t size() const { return memory_.size() + file_end_ - file_begin_; }
  // Copies what there is from `offset` (begin() to end()) on to the start of `into`, perhaps less
  // than would fit; 0 at the end. Errors: io.
  [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, std::span<char> into) const;
  // Forgets what lies before `offset`.
  void drop_to(std::uint64_t offset);

  // All of it, where it never left memory.
  bool is_in_memory() const { return file_end_ == 0; }
  std::string_view text() const { return memory_.view(); }
  // The same, and drops it.
  std::string take_text();

 private:
  Result<void> open_file();

  const config::BufferSettings& settings_;
  std::uint64_t on_disk_;
  std::uint64_t begin_ = 0;
  Buffer memory_;  // the first bytes; those in the file come behind them
  Descriptor file_;
  std::uint64_t file_begin_ = 0;  // places in the file
  std::uint64_t file_end_ = 0;
};

}  // namespace frontis::upstream
