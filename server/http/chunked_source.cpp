#include "http/chunked_source.h"

#include <cstring>
#include <string>

#include "http/http1_head.h"

namespace frontis::http {

namespace {

constexpr std::size_t longest_chunk_head = 10;  // eight digits and CRLF

}  // namespace

Source::Pull ChunkedSource::pull(std::span<char> into) {
  if (ended_) return {State::end};
  const auto content =
      into.subspan(longest_chunk_head, into.size() - longest_chunk_head - chunk_end.size());
  const Pull got = inner_->pull(content);
  if (got.state == State::end) {
    ended_ = true;
    std::memcpy(into.data(), last_chunk.data(), last_chunk.size());
    return {State::data, last_chunk.size()};
  }
  if (got.state != State::data) return got;
  std::string head;  // at most ten bytes: kept inside the string object
  append_chunk_head(head, got.bytes);
  std::memmove(into.data() + head.size(), content.data(), got.bytes);
  std::memcpy(into.data(), head.data(), head.size());
  std::memcpy(into.data() + head.size() + got.bytes, chunk_end.data(), chunk_end.size());
  return {State::data, head.size() + got.bytes + chunk_end.size()};
}

}  // namespace frontis::http
