#include "upstream/scgi.h"

#include "upstream/params.h"

namespace frontis::upstream {

namespace {

constexpr std::string_view protocol_name = "SCGI";
constexpr std::string_view protocol_value = "1";

void append_pair(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).push_back('\0');
  out.append(value).push_back('\0');
}

std::size_t size_of(std::string_view name, std::string_view value) {
  return name.size() + value.size() + 2;
}

}  // namespace

// CONTENT_LENGTH has to come first, and Params puts it there; SCGI behind it.
Result<void> ScgiCodec::begin(const Outgoing& outgoing, std::string& out) const {
  if (!outgoing.content_length) {
    return fail(ErrorKind::not_implemented,
                "SCGI cannot send a body whose length is not known: it has to be buffered");
  }
  const Params params(outgoing);
  std::size_t size = size_of(protocol_name, protocol_value);
  for (const auto& [name, value] : params.pairs()) {
    if (name != protocol_name) size += size_of(name, value);
  }
  out.append(std::to_string(size)).push_back(':');
  bool is_first = true;
  for (const auto& [name, value] : params.pairs()) {
    if (name != protocol_name) append_pair(name, value, out);
    if (is_first) append_pair(protocol_name, protocol_value, out);
    is_first = false;
  }
  out.push_back(',');
  return {};
}

}  // namespace frontis::upstream
