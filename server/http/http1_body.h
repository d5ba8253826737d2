// Takes the body of a message off the connection: a counted length, or chunks (RFC 9112, 6 and
// 7.1). The session owns one for each request that has a body, and the codecs of applications one
// for each answer; they feed it what the socket gave and pass the content on as views, without a
// copy. Chunk extensions and trailer fields are checked, bounded and dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace frontis::http {

class BodyDecoder {
 public:
  // For `request`, a head that was just read; at most `limit` bytes of content.
  BodyDecoder(const Request& request, std::uint64_t limit);
  // For any message, where the length or the chunks themselves are the only bound.
  [[nodiscard]] static BodyDecoder counted(std::uint64_t length) {
    return {length > 0 ? State::counted : State::done, length, unlimited};
  }
  [[nodiscard]] static BodyDecoder chunked() { return {State::size_begins, 0, unlimited}; }

  struct Step {
    std::size_t consumed = 0;  // bytes of the input that are done with
    std::string_view content;  // the part of them that is the body's
  };
  // Decodes the next run of content. consumed == 0 means that the body is done or that more
  // input is needed; content may be empty though bytes were consumed. Nothing behind the body is
  // consumed. Errors, after which the connection's framing is lost: bad_request (framing),
  // content_too_large (known as soon as a length is).
  [[nodiscard]] Result<Step> decode(std::string_view input);

  bool is_done() const { return state_ == State::done; }
  // What is still to come, where the length says so.
  std::optional<std::uint64_t> remaining() const;

 private:
  enum class State : std::uint8_t {
    counted,         // content up to Content-Length
    size_begins,     // the first digit of a chunk's size
    size,            // its other digits
    size_padded,     // white space that only an extension may follow
    extension,       // up to the CR
    size_ends,       // the LF
    chunk,           // content
    chunk_ends,      // the CR behind it
    chunk_ended,     // the LF
    trailer_begins,  // the first byte of a trailer field, or the CR of the last line
    trailer_name,    // up to the colon
    trailer_value,   // up to the CR
    trailer_ends,    // the LF
    last_line_ends,  // the LF behind which the next request begins
    done,
  };

  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  BodyDecoder(State state, std::uint64_t left, std::uint64_t allowed)
      : state_(state), left_(left), allowed_(allowed) {}

  Step take_content(std::string_view input);
  Result<void> take_framing(char c);
  Result<void> take_size(char c);
  Result<void> take_size_digit(char c);
  Result<void> take_extension(char c);
  Result<void> take_chunk_end(char c);
  Result<void> take_trailer(char c);
  Result<void> begin_trailer(char c);
  Result<void> expect(char wanted, char c, State next);
  Result<void> begin_chunk();
  bool is_content() const { return state_ == State::chunk || state_ == State::counted; }

  State state_ = State::done;
  std::uint64_t left_ = 0;        // of this chunk, or of the whole body if it is counted
  std::uint64_t allowed_ = 0;     // content that may still come before it is too large
  std::uint32_t digits_ = 0;      // of this chunk's size
  std::uint32_t extension_ = 0;   // bytes of this chunk's extension
  std::uint32_t extensions_ = 0;  // bytes of all extensions
  std::uint32_t trailer_ = 0;     // bytes of all trailer fields
  std::uint32_t fields_ = 0;      // trailer fields
};

}  // namespace frontis::http
