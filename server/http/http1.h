// HTTP/1.1 and 1.0 as a server speaks it (RFC 9112), without sockets: bytes in, a request out.
// Strict: whatever two parsers could read in two ways is refused. A head may come in pieces of
// any size; each byte is looked at once. The session owns one parser for each request that is
// being read. What follows a head is taken by BodyDecoder (http1_body.h), and the answer's head
// is written by append_head (http1_head.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"
#include "http/message.h"

namespace frontis::http {

class HeadParser {
 public:
  // `limits` outlives the parser, or is replaced by obey() before the next head.
  explicit HeadParser(const config::Limits& limits) : limits_(&limits) {}
  void obey(const config::Limits& limits) { limits_ = &limits; }

  // `input` holds every unread byte of the connection and begins where it began at the last call
  // (its address may differ). Returns the length of the head, with the empty line that ends it
  // and those that were skipped before it, once it is complete, and `request` then views
  // `input`; 0 when more bytes are needed. An error's kind is its status (status_of), and the
  // connection's framing is lost; `request` then holds as much as was read before the fault.
  // The outcome does not depend on how the bytes were cut into calls.
  [[nodiscard]] Result<std::size_t> parse(std::string_view input, Request& request);

  // Ready for the next head.
  void reset();

  // True once a byte of a head has been seen (an empty line before it does not count).
  bool has_begun() const { return has_begun_; }

 private:
  // What the fields so far have said about the connection and the framing.
  struct Seen {
    bool host = false;
    bool content_length = false;
    bool transfer_encoding = false;
    bool expect = false;
    bool close = false;
    bool keep_alive = false;
  };

  Result<bool> read_first_line(std::string_view input, Request& request);
  Result<bool> read_fields(std::string_view input, Request& request);
  Result<void> read_field(std::string_view input, std::string_view line, Request& request);
  Result<void> act_on(FieldName name, std::string_view input, std::string_view value,
                      Request& request);
  Result<void> read_host(std::string_view input, std::string_view value, Request& request);
  Result<void> read_content_length(std::string_view value, Request& request);
  Result<void> read_transfer_encoding(std::string_view value);
  Result<void> read_expect(std::string_view value);
  void read_connection(std::string_view value);
  Result<void> finish(Request& request) const;

  void skip_empty_lines(std::string_view input);
  std::string_view next_line(std::string_view input);

  const config::Limits* limits_;
  std::size_t line_start_ = 0;    // first byte of the line being read
  std::size_t scanned_ = 0;       // bytes known to hold no line end after line_start_
  std::size_t fields_start_ = 0;  // first byte behind the request line; 0 until that is read
  unsigned empty_lines_ = 0;      // skipped before the request line
  bool has_begun_ = false;
  Seen seen_;
};

}  // namespace frontis::http
