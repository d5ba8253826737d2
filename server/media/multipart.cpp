#include "media/multipart.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"

namespace frontis::media {

namespace {

// Content that was made to hold the boundary would break the parts, so it cannot be foreseen.
std::string new_boundary() {
  std::array<unsigned char, 16> bytes{};
  [[maybe_unused]] const auto got = ::getrandom(bytes.data(), bytes.size(), 0);
  return to_hex(bytes);
}

}  // namespace

Multipart::Multipart(std::shared_ptr<const std::string> bytes,
                     std::shared_ptr<const Descriptor> file,
                     const std::vector<http::ByteRange>& ranges, std::uint64_t size,
                     std::string_view type)
    : bytes_(std::move(bytes)), file_(std::move(file)), boundary_(new_boundary()) {
  std::string lead = "--" + boundary_;
  for (const http::ByteRange& range : ranges) {
    Piece piece;
    piece.head = lead + "\r\nContent-Type: " + std::string(type) +
                 "\r\nContent-Range: " + http::content_range(range, size) + "\r\n\r\n";
    piece.range = range;
    piece.left = range.length();
    length_ += piece.head.size() + piece.left;
    pieces_.push_back(std::move(piece));
    lead = "\r\n--" + boundary_;
  }
  pieces_.push_back({lead + "--\r\n", {}, 0});
  length_ += pieces_.back().head.size();
}

Source::Pull Multipart::pull(std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size() && current_ < pieces_.size()) {
    Piece& piece = pieces_[current_];
    const auto room = into.subspan(filled);
    if (head_sent_ < piece.head.size()) {
      const std::size_t count = std::min(room.size(), piece.head.size() - head_sent_);
      std::memcpy(room.data(), piece.head.data() + head_sent_, count);
      head_sent_ += count;
      filled += count;
    } else if (piece.left > 0) {
      const std::size_t count = read_content(piece, room);
      if (count == 0) return {State::failed};  // the file has shrunk, or cannot be read
      filled += count;
    } else {
      ++current_;
      head_sent_ = 0;
    }
  }
  return filled > 0 ? Pull{State::data, filled} : Pull{State::end};
}

std::size_t Multipart::read_content(Piece& piece, std::span<char> into) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), piece.left));
  const std::uint64_t offset = piece.range.last + 1 - piece.left;
  if (bytes_) {
    std::memcpy(into.data(), bytes_->data() + offset, count);
    piece.left -= count;
    return count;
  }
  const ssize_t got = ::pread(file_->number(), into.data(), count, static_cast<off_t>(offset));
  if (got <= 0) return 0;
  piece.left -= static_cast<std::size_t>(got);
  return static_cast<std::size_t>(got);
}

}  // namespace frontis::media
