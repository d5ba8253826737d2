// A PROXY header under any bytes: it comes out the same however it was cut, has the bounds that it
// promises, and what stands behind it changes nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "net/proxy_header.h"

namespace {

using frontis::net::longest_proxy_header;
using frontis::net::ProxyHeader;
using frontis::net::read_proxy_header;

void require(bool truth) {
  if (!truth) std::abort();
}

bool is_same(const ProxyHeader& a, const ProxyHeader& b) {
  frontis::net::Address::Text text_a, text_b;
  return a.length == b.length && a.has_source == b.has_source &&
         a.source.port() == b.source.port() && a.source.text(text_a) == b.source.text(text_b);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto whole = read_proxy_header(input);
  if (!whole || whole->length == 0) require(!whole || size < longest_proxy_header);
  const std::size_t end = whole && whole->length > 0 ? whole->length : size;
  require(end <= size);
  if (whole && whole->length > 0) require(whole->length <= longest_proxy_header);
  for (std::size_t length = 0; length < end; ++length) {
    // A block of exactly this size, so that the sanitizer sees a byte read behind it.
    const std::vector<char> piece(input.begin(),
                                  input.begin() + static_cast<std::ptrdiff_t>(length));
    const auto part = read_proxy_header({piece.data(), piece.size()});
    if (!part) require(!whole);  // found at once, and not taken back
    if (!part) return 0;
    require(part->length == 0);
  }
  if (!whole || whole->length == 0) return 0;
  const auto alone = read_proxy_header(input.substr(0, end));
  require(alone && is_same(*alone, *whole));
  return 0;
}
