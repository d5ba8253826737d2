// The input is a raw path, and also an authority. A path that passes is absolute, has no empty
// and no dot segments and no NUL, and is its own normal form; an authority that passes is made
// of its parts again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/target.h"

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

void check_segments(std::string_view path) {
  for (std::string_view rest = path.substr(1); !rest.empty();) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    const std::string_view segment = rest.substr(0, end);
    require(!segment.empty() && segment != "." && segment != "..");
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void check_path(std::string_view raw) {
  std::string out;
  if (!frontis::http::normalize_path(raw, out)) return require(out.empty());
  require(out != raw);
  const std::string path = out.empty() ? std::string(raw) : out;
  require(path.front() == '/' && path.find('\0') == std::string::npos);
  check_segments(path);
  std::string again;
  require(frontis::http::normalize_path(frontis::http::encode_path(path), again).has_value());
  require((again.empty() ? frontis::http::encode_path(path) : again) == path);
}

void check_authority(std::string_view text) {
  const auto authority = frontis::http::parse_authority(text);
  if (!authority) return;
  std::string joined(authority->host);
  if (joined.size() < text.size()) joined.append(":").append(authority->port);
  require(joined == text);
  require(text.find_first_of("@/ \t\r\n") == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  const std::string_view input(reinterpret_cast<const char*>(data), length);
  check_path(input);
  check_path("/" + std::string(input));
  check_authority(input);
  return 0;
}
