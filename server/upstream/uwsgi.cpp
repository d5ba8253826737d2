#include "upstream/uwsgi.h"

#include "upstream/params.h"

namespace frontis::upstream {

namespace {

constexpr std::size_t longest_packet = 65535;

// Little-endian.
void append_size(std::size_t size, std::string& out) {
  out.push_back(static_cast<char>(size & 0xff));
  out.push_back(static_cast<char>(size >> 8 & 0xff));
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
  out.push_back('\0');
  append_size(size, out);
  out.push_back('\0');
  for (const auto& [name, value] : params.pairs()) {
    append_size(name.size(), out);
    out.append(name);
    append_size(value.size(), out);
    out.append(value);
  }
  return {};
}

}  // namespace frontis::upstream
