#include "http/http1_head.h"

#include <array>
#include <charconv>
#include <cstdlib>

#include "http/message.h"

namespace frontis::http {
namespace {

void append_number(std::string& out, std::uint64_t number, int base = 10) {
  std::array<char, 20> digits;  // of the greatest 64-bit number in base 10
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number, base);
  out.append(digits.data(), written.ptr);
}

void append_field(std::string& out, std::string_view name_and_colon, std::string_view value) {
  out.append(name_and_colon).append(value).append("\r\n");
}

void append_framing(std::string& out, const HeadFraming& framing) {
  if (!framing.has_body) return;
  if (framing.content_length) {
    out.append("Content-Length: ");
    append_number(out, *framing.content_length);
    out.append("\r\n");
  } else if (!framing.http10) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
}

}  // namespace

bool ends_connection(const HeadFraming& framing) {
  const bool until_close = framing.has_body && framing.http10 && !framing.content_length;
  return !framing.keep_alive || until_close;
}

void append_head(std::string& out, const ResponseHead& head, const HeadFraming& framing) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(head.status));
  out.append(" ").append(reason_phrase(head.status)).append("\r\n");
  append_field(out, "Date: ", head.date);
  if (!head.expires.empty()) append_field(out, "Expires: ", head.expires);
  if (ends_connection(framing)) {
    out.append("Connection: close\r\n");
  } else if (framing.http10) {
    out.append("Connection: keep-alive\r\n");
  }
  append_framing(out, framing);
  if (head.fields != nullptr) out.append(head.fields->text());
  out.append("\r\n");
}

void append_interim(std::string& out, int status, const HeaderBlock* fields,
                    std::string_view more) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(status));
  out.append(" ").append(reason_phrase(status)).append("\r\n").append(more);
  if (fields != nullptr) out.append(fields->text());
  out.append("\r\n");
}

void append_chunk_head(std::string& out, std::size_t size) {
  if (size == 0) std::abort();
  append_number(out, size, 16);
  out.append("\r\n");
}

}  // namespace frontis::http
