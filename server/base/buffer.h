// Bytes that wait: appended at the back, consumed from the front, contiguous in between. A
// buffer that has been emptied can give its memory back, so that an idle connection holds none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace frontis {

class Buffer {
 public:
  std::string_view view() const { return std::string_view(bytes_).substr(start_); }
  std::size_t size() const { return bytes_.size() - start_; }
  bool empty() const { return size() == 0; }

  void append(std::string_view more) { bytes_.append(more); }

  // Drops all but the first `count` bytes.
  void truncate(std::size_t count) { bytes_.resize(start_ + count); }

  // Drops the first `count` bytes. Views taken before stay valid until the next append.
  void consume(std::size_t count) {
    start_ += count;
    if (start_ == bytes_.size()) clear();
  }
  // Moves what is left to the front once the dead space outweighs it: amortised O(1) a byte.
  void compact() {
    if (start_ < bytes_.size() / 2) return;
    bytes_.erase(0, start_);
    start_ = 0;
  }
  // All of it, which leaves nothing.
  std::string take() {
    bytes_.erase(0, std::exchange(start_, 0));
    return std::exchange(bytes_, {});
  }
  void clear() {
    bytes_.clear();
    start_ = 0;
  }
  // Frees memory beyond `keep` bytes of an empty buffer.
  void shrink(std::size_t keep) {
    if (empty() && bytes_.capacity() > keep) {
      std::string().swap(bytes_);
      start_ = 0;
    }
  }

 private:
  std::string bytes_;
  std::size_t start_ = 0;
};

}  // namespace frontis
