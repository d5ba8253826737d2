// Any text is taken or refused, and what is taken stays beneath the root.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "media/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  frontis::media::Manifest manifest;
  const auto django = manifest.add_staticfiles(text);
  if (!django && manifest.size() != 0) std::abort();
  const std::size_t before = manifest.size();
  const auto vite = manifest.add_vite(text);
  if (!vite && manifest.size() != before) std::abort();
  for (const char* outside : {"", "/a", "../a", "..", "a/../b", "a//b", "a/"}) {
    if (manifest.lists(outside)) std::abort();
  }
  return 0;
}
