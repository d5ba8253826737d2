#include "http/compressible.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace frontis::http {

bool is_compressible(std::string_view content_type) {
  constexpr std::string_view types[] = {
      "application/ecmascript",
      "application/graphql",
      "application/javascript",
      "application/json",
      "application/jsonl",
      "application/postscript",
      "application/rtf",
      "application/sql",
      "application/toml",
      "application/vnd.apple.mpegurl",
      "application/vnd.ms-fontobject",
      "application/wasm",
      "application/x-javascript",
      "application/x-mpegurl",
      "application/x-ndjson",
      "application/x-sh",
      "application/x-subrip",
      "application/x-yaml",
      "application/xml",
      "application/xml-dtd",
      "application/yaml",
      "audio/mpegurl",
      "audio/x-mpegurl",
      "font/collection",
      "font/otf",
      "font/ttf",
      "image/bmp",
      "image/vnd.microsoft.icon",
      "image/x-icon",
      "model/gltf-binary",
      "model/obj",
      "model/stl",
  };
  static_assert(std::ranges::is_sorted(types));
  constexpr std::size_t longest = 128;
  const std::string_view essence = trim(content_type.substr(0, content_type.find(';')));
  if (essence.size() > longest) return false;
  std::array<char, longest> lower;
  std::ranges::transform(essence, lower.begin(), ascii_lower);
  const std::string_view type(lower.data(), essence.size());
  if (type.starts_with("text/") && type.size() > 5) return true;
  if (type.ends_with("+json") || type.ends_with("+xml") || type.ends_with("+yaml")) return true;
  return std::ranges::binary_search(types, type);
}

}  // namespace frontis::http
