#include "http/http1_body.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "http/characters.h"

namespace frontis::http {
namespace {

constexpr std::uint32_t most_size_digits = 16;           // 64 bits
constexpr std::uint32_t longest_extension = 4 * 1024;    // of one chunk
constexpr std::uint32_t longest_extensions = 16 * 1024;  // of a whole body
constexpr std::uint32_t longest_trailer = 16 * 1024;     // of a whole body
constexpr std::uint32_t most_trailer_fields = 100;

tl::unexpected<Error> bad(const char* message) { return fail(ErrorKind::bad_request, message); }

tl::unexpected<Error> too_large() {
  return fail(ErrorKind::content_too_large, "the body is longer than its limit");
}

}  // namespace

BodyDecoder::BodyDecoder(const Request& request, std::uint64_t limit)
    : left_(request.content_length), allowed_(limit) {
  if (request.chunked) {
    state_ = State::size_begins;
    left_ = 0;
  } else if (left_ > 0) {
    state_ = State::counted;
  }
}

std::optional<std::uint64_t> BodyDecoder::remaining() const {
  if (state_ == State::done) return 0;
  if (state_ == State::counted) return left_;
  return std::nullopt;
}

Result<BodyDecoder::Step> BodyDecoder::decode(std::string_view input) {
  if (state_ == State::counted && left_ > allowed_) return too_large();
  std::size_t used = 0;
  while (used < input.size() && !is_done()) {
    if (is_content()) {
      Step step = take_content(input.substr(used));
      step.consumed += used;
      return step;
    }
    if (Result<void> read = take_framing(input[used]); !read) {
      return tl::unexpected(std::move(read.error()));
    }
    ++used;
  }
  return Step{used, {}};
}

BodyDecoder::Step BodyDecoder::take_content(std::string_view input) {
  const std::size_t length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  left_ -= length;
  allowed_ -= length;
  if (left_ == 0) state_ = state_ == State::counted ? State::done : State::chunk_ends;
  return {length, input.substr(0, length)};
}

Result<void> BodyDecoder::take_framing(char c) {
  if (state_ <= State::size_ends) return take_size(c);
  if (state_ <= State::chunk_ended) return take_chunk_end(c);
  return take_trailer(c);
}

Result<void> BodyDecoder::take_size(char c) {
  switch (state_) {
    case State::size_begins: return take_size_digit(c);
    case State::size: return hex_value(c) >= 0 ? take_size_digit(c) : take_extension(c);
    case State::size_ends:
      if (c != '\n') return bad("the size of a chunk ends in CR without LF");
      return begin_chunk();
    default: return take_extension(c);
  }
}

Result<void> BodyDecoder::take_size_digit(char c) {
  const int digit = hex_value(c);
  if (digit < 0) return bad("the size of a chunk is not hexadecimal");
  if (++digits_ > most_size_digits) return bad("the size of a chunk has more than 16 digits");
  left_ = left_ << 4 | static_cast<unsigned>(digit);
  state_ = State::size;
  return {};
}

// What stands between the digits and the CR. The inside of an extension needs no grammar: no
// byte that may stand in it, quoted or not, can end the line.
Result<void> BodyDecoder::take_extension(char c) {
  if (c == '\r' && state_ != State::size_padded) {
    state_ = State::size_ends;
    return {};
  }
  if (++extension_ > longest_extension || ++extensions_ > longest_extensions) {
    return bad("chunk extensions that are too long");
  }
  if (state_ == State::extension) {
    return is_value_character(c) ? Result<void>() : bad("a control byte in a chunk extension");
  }
  if (c != ';' && c != ' ' && c != '\t') return bad("the size of a chunk is not hexadecimal");
  state_ = c == ';' ? State::extension : State::size_padded;
  return {};
}

// Behind the line with the size, which is 0 for the last chunk.
Result<void> BodyDecoder::begin_chunk() {
  if (left_ > allowed_) return too_large();
  digits_ = 0;
  extension_ = 0;
  state_ = left_ > 0 ? State::chunk : State::trailer_begins;
  return {};
}

Result<void> BodyDecoder::take_chunk_end(char c) {
  if (state_ == State::chunk_ends) return expect('\r', c, State::chunk_ended);
  return expect('\n', c, State::size_begins);
}

Result<void> BodyDecoder::take_trailer(char c) {
  if (state_ == State::last_line_ends) return expect('\n', c, State::done);
  if (state_ == State::trailer_begins && c == '\r') {
    state_ = State::last_line_ends;
    return {};
  }
  if (++trailer_ > longest_trailer) return bad("trailer fields that are too long");
  if (state_ == State::trailer_begins) return begin_trailer(c);
  if (state_ == State::trailer_ends) return expect('\n', c, State::trailer_begins);
  if (state_ == State::trailer_name) {
    if (c == ':') state_ = State::trailer_value;
    return c == ':' || is_token_character(c) ? Result<void>() : bad("a malformed trailer field");
  }
  if (c == '\r') state_ = State::trailer_ends;
  return c == '\r' || is_value_character(c) ? Result<void>() : bad("a malformed trailer field");
}

Result<void> BodyDecoder::begin_trailer(char c) {
  if (!is_token_character(c)) return bad("a malformed trailer field");
  if (++fields_ > most_trailer_fields) return bad("too many trailer fields");
  state_ = State::trailer_name;
  return {};
}

Result<void> BodyDecoder::expect(char wanted, char c, State next) {
  if (c != wanted) return bad("a chunk or trailer that does not end in CRLF");
  state_ = next;
  return {};
}

}  // namespace frontis::http
