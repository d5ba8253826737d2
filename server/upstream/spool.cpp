#include "upstream/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/file_bytes.h"

namespace frontis::upstream {

namespace {

// Not every file system has O_TMPFILE.
Descriptor open_unnamed(const std::filesystem::path& folder) {
  Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.is_open() || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return file;
  std::string name = (folder / ".frontis-body-XXXXXX").native();
  file = Descriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (file.is_open()) ::unlink(name.c_str());
  return file;
}

}  // namespace

Result<void> Spool::append(std::string_view bytes) {
  const bool fits = on_disk_ == 0 || memory_.size() + bytes.size() <= settings_.memory;
  if (file_end_ == 0 && fits) {
    memory_.append(bytes);
    return {};
  }
  if (Result<void> opened = open_file(); !opened) return opened;
  if (!write_at(file_.number(), bytes, file_end_)) {
    return fail_errno("cannot write a body to " + settings_.folder.string() +
                          "; make room there or set buffers: folder",
                      errno);
  }
  file_end_ += bytes.size();
  return {};
}

Result<void> Spool::open_file() {
  if (file_.is_open()) return {};
  file_ = open_unnamed(settings_.folder);
  if (file_.is_open()) return {};
  return fail_errno("cannot make a file for a body in " + settings_.folder.string() +
                        "; make it writable or set buffers: folder",
                    errno);
}

Result<std::size_t> Spool::read(std::uint64_t offset, std::span<char> into) const {
  const std::uint64_t from = offset - begin_;
  const std::string_view memory = memory_.view();
  if (from < memory.size()) {
    const std::size_t length = std::min<std::size_t>(memory.size() - from, into.size());
    std::memcpy(into.data(), memory.data() + from, length);
    return length;
  }
  const std::uint64_t place = file_begin_ + from - memory.size();
  const auto length =
      static_cast<std::size_t>(std::min<std::uint64_t>(file_end_ - place, into.size()));
  if (length == 0) return std::size_t{0};
  const auto got = read_at(file_.number(), into.first(length), place);
  if (got && *got == length) return length;
  return fail(ErrorKind::io, "cannot read a body back from its file: " +
                                 std::string(got ? "it has become shorter" : std::strerror(errno)));
}

std::string Spool::take_text() {
  begin_ = end();
  return memory_.take();
}

void Spool::drop_to(std::uint64_t offset) {
  std::uint64_t count = offset - begin_;
  begin_ = offset;
  const std::size_t of_memory = std::min<std::uint64_t>(count, memory_.size());
  memory_.consume(of_memory);
  memory_.compact();
  count -= of_memory;
  file_begin_ += count;
  if (file_end_ == 0 || file_begin_ < file_end_) return;
  // All that was on disk is read: from now on memory will do, and the disk gets its room back.
  file_begin_ = file_end_ = 0;
  [[maybe_unused]] const int emptied = ::ftruncate(file_.number(), 0);
}

}  // namespace frontis::upstream
