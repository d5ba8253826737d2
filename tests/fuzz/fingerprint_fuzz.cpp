// The first line is a file name and the rest its content. However the content is cut, the answer
// is the same; and a name without candidates is never proved.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "media/fingerprint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using frontis::media::FingerprintCheck;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string_view name = input.substr(0, line);
  const std::string_view content = input.substr(line + 1);

  const auto whole = frontis::media::verify_fingerprint(name, content);
  FingerprintCheck check(name);
  if (!check.has_candidates() && whole.has_value()) std::abort();
  const std::size_t piece = 1 + size % 31;
  for (std::size_t i = 0; i < content.size(); i += piece) check.update(content.substr(i, piece));
  if (check.finish() != whole) std::abort();
  static_cast<void>(frontis::media::is_surely_fingerprinted(name));
  return 0;
}
