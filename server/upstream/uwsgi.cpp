#include "upstream/uwsgi.h"

#include <algorithm>

#include "upstream/params.h"

namespace frontis::upstream {

namespace {

constexpr std::size_t packet_head = 4;
constexpr std::size_t longest_packet = 65535;

// Little-endian. Each gives the place behind what it has written.
char* put_size(std::size_t size, char* at) {
  *at++ = static_cast<char>(size & 0xff);
  *at++ = static_cast<char>(size >> 8 & 0xff);
  return at;
}

char* put_text(std::string_view text, char* at) {
  return std::copy(text.begin(), text.end(), put_size(text.size(), at));
}

}  // namespace

// Modifier 1 (0: Python), the size of the variables, modifier 2, the variables.
Result<void> UwsgiCodec::begin(const Outgoing& outgoing, std::string& out) const {
  if (!outgoing.content_length) {
    return fail(ErrorKind::not_implemented,
                "uwsgi cannot send a body whose length is not known: it has to be buffered");
  }
  const Params params(outgoing);
  std::size_t size = 0;
  for (const auto& [name, value] : params.pairs()) size += 4 + name.size() + value.size();
  if (size > longest_packet) {
    return fail(ErrorKind::headers_too_large, "the request does not fit uwsgi's 64 KiB");
  }
  const std::size_t start = out.size();
  out.resize(start + packet_head + size);
  char* at = put_size(size, &out[start + 1]) + 1;
  for (const auto& [name, value] : params.pairs()) at = put_text(value, put_text(name, at));
  return {};
}

}  // namespace frontis::upstream
