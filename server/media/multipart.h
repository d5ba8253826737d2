// Several ranges of one file as multipart/byteranges (RFC 9110, 14.6), as a Source: part heads
// and slices in turn, from memory or from the open file. Its length is known before it begins.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"
#include "http/range.h"

namespace frontis::media {

class Multipart final : public Source {
 public:
  // The content is in `bytes`, or else in `file`; `size` is the whole of it.
  Multipart(std::shared_ptr<const std::string> bytes, std::shared_ptr<const Descriptor> file,
            const std::vector<http::ByteRange>& ranges, std::uint64_t size, std::string_view type);

  const std::string& boundary() const { return boundary_; }
  std::uint64_t length() const { return length_; }

  Pull pull(std::span<char> into) override;
  // Never pending, so never called.
  void when_ready(std::function<void()>) override {}

 private:
  struct Piece {
    std::string head;       // with the boundary before it
    http::ByteRange range;  // behind the head; of no length for the last boundary
    std::uint64_t left = 0;
  };

  std::size_t read_content(Piece& piece, std::span<char> into);

  std::shared_ptr<const std::string> bytes_;
  std::shared_ptr<const Descriptor> file_;
  std::string boundary_;
  std::vector<Piece> pieces_;
  std::size_t current_ = 0;
  std::size_t head_sent_ = 0;
  std::uint64_t length_ = 0;
};

}  // namespace frontis::media
