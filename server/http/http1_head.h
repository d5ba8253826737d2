// Writes what HTTP/1 puts around a body: the head of a response, and the frame of a chunk. The
// session calls these with a buffer of its own, whose capacity it keeps, so that an answer on
// the hot path costs copies and no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/headers.h"

namespace frontis::http {

// How the response is delimited, and what becomes of the connection.
struct HeadFraming {
  bool http10 = false;  // of the request; the response always says HTTP/1.1 (RFC 9110, 2.5)
  bool keep_alive = true;
  std::optional<std::uint64_t> content_length = {};  // none: chunked in 1.1, until close in 1.0
  bool has_body = true;  // false for 1xx, 204, 304: no framing fields. True for HEAD, as for GET
};

struct ResponseHead {
  int status = 200;
  std::string_view date = {};           // date_length bytes
  std::string_view expires = {};        // the same, or empty: none
  const HeaderBlock* fields = nullptr;  // may be null: none
};

// True when the connection ends with this response: the session said so, or nothing but the
// close can end the body.
[[nodiscard]] bool ends_connection(const HeadFraming& framing);

// Appends the whole head with the empty line that ends it.
void append_head(std::string& out, const ResponseHead& head, const HeadFraming& framing);

// An interim answer (1xx), or the 101 that opens a tunnel: fields, which may be null, and `more`
// whole lines.
void append_interim(std::string& out, int status, const HeaderBlock* fields, std::string_view more);

// A chunk is its head, `size` bytes and chunk_end. A size of 0 would end the body and aborts;
// the body ends with last_chunk.
void append_chunk_head(std::string& out, std::size_t size);
inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

// The answer to Expect: 100-continue, when the body is wanted.
inline constexpr std::string_view continue_head = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace frontis::http
