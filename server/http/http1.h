// HTTP/1.1 and 1.0 as a server speaks it (RFC 9112), without sockets: bytes in, a request out.
// Strict: whatever two parsers could read in two ways is refused. A head may come in pieces of
// any size; each byte is looked at once. The session owns one parser for each request that is
// being read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"
#include "http/message.h"

namespace frontis::http {

class HeadParser {
 public:
  explicit HeadParser(const config::Limits& limits) : limits_(limits) {}

  // `input` holds every unread byte of the connection and begins where it began at the last call
  // (its address may differ). Returns the length of the head, with the empty line that ends it,
  // once it is complete, and `request` then views `input`; 0 when more bytes are needed. An
  // error's kind is its status (status_of), and the connection's framing is lost.
  [[nodiscard]] Result<std::size_t> parse(std::string_view input, Request& request);

  // Ready for the next head.
  void reset();

  // True once a byte of a head has been seen (an empty line before it does not count).
  bool has_begun() const { return line_start_ > first_line_ || scanned_ > first_line_; }

 private:
  Result<std::size_t> read_line(std::string_view input, Request& request);  // sketch: the codec decides

  const config::Limits& limits_;
  std::size_t first_line_ = 0;   // where the request line begins, behind skipped empty lines
  std::size_t line_start_ = 0;   // first byte of the line being read
  std::size_t scanned_ = 0;      // bytes known to hold no line end
};

// Takes the body off the connection: a counted length or chunks (RFC 9112, 6 and 7.1). Chunk
// extensions and trailer fields are checked, bounded and dropped.
class BodyDecoder {
 public:
  // For `request`, a head that was just read; at most `limit` bytes of content.
  BodyDecoder(const Request& request, std::uint64_t limit);

  struct Step {
    std::size_t consumed = 0;  // bytes of the input that are done with
    std::string_view content;  // the part of them that is the body's
  };
  // Decodes the next run of content. consumed == 0 means that more input is needed. Errors:
  // bad_request (framing), content_too_large.
  [[nodiscard]] Result<Step> decode(std::string_view input);

  bool is_done() const;
  // What is still to come, where the length says so.
  std::optional<std::uint64_t> remaining() const;
};

// Status line, Date, framing and fields of one response, appended to `out`.
struct HeadFraming {
  bool http10 = false;
  bool keep_alive = true;
  std::optional<std::uint64_t> content_length;  // none: chunked in 1.1, until close in 1.0
  bool has_body = true;                          // false for 1xx, 204, 304: no framing fields
};

}  // namespace frontis::http
