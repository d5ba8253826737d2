// Moves responses into a stream: text first (heads, small bodies, whole pipelined answers), then
// at most one body, pulled only while the stream has room. Moves a bounded slice at a time, so
// that one fast client cannot hold up the others on the loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/source.h"
#include "net/stream.h"

namespace frontis::net {

class Pump {
 public:
  enum class State {
    empty,    // everything was handed to the kernel
    blocked,  // call again when the stream can be written; also when the slice was used up
    waiting,  // the source has nothing yet: call again when it wakes
    failed,   // the connection broke, or the body ended before its length
  };

  // Bytes to send before the body: append to it, but only while has_body() is false.
  std::string& text() { return text_; }
  std::size_t waiting_text() const { return text_.size() - text_sent_; }
  // Behind the text. Small bytes are copied to it, so that several answers share one send.
  // `length` is what the head said of a source's body: one that ends before it fails, and what
  // goes beyond it is not asked for.
  void add(Body body, std::optional<std::uint64_t> length = {});
  bool has_body() const { return !std::holds_alternative<std::monostate>(body_); }
  // The source that `waiting` is about; null otherwise.
  Source* source();
  // The source whose last byte was taken, perhaps in a call of its own; it must outlive that.
  std::unique_ptr<Source> take_ended() { return std::move(ended_); }

  State move(Stream& stream);

  // Bytes that the kernel took, since the beginning.
  std::uint64_t moved() const { return moved_; }
  void clear();
  // Gives back memory beyond `keep` bytes; only when empty.
  void shrink(std::size_t keep);

 private:
  static constexpr std::size_t copied = 16 * 1024;  // bodies up to this are copied to the text
  static constexpr std::size_t slice = 512 * 1024;  // bytes for one call of move()
  static constexpr std::size_t pulled = 32 * 1024;  // room for what a source gives at once

  enum class Step { went_on, blocked, waiting, failed };
  Step step(Stream& stream, std::size_t room);
  Step send_bytes(Stream& stream, std::size_t room);
  Step send_file(Stream& stream, std::size_t room);
  Step pull_source();
  void count_sent(std::size_t bytes);
  void end_source();

  std::string text_;
  std::size_t text_sent_ = 0;
  Body body_;
  std::optional<std::uint64_t> left_;  // of a source's body
  std::unique_ptr<Source> ended_;
  std::uint64_t moved_ = 0;
};

}  // namespace frontis::net
