// The input is an Accept. A weight stays within a thousand and does not depend on the letter case
// of the type; and whatever was sent behind a member that names the type changes nothing.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/accept.h"

using frontis::http::explicit_weight;

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  const std::string accept(reinterpret_cast<const char*>(data), length);
  const std::uint16_t weight = explicit_weight(accept, "image/avif");
  require(weight <= 1000);
  require(explicit_weight(accept, "IMAGE/AVIF") == weight);
  if (accept.find("/") == std::string::npos) require(weight == 0);
  require(explicit_weight("image/avif;q=0.25," + accept, "image/avif") == 250);
  require(explicit_weight("image/webp," + accept, "image/avif") == weight);
  if (weight > 0) require(explicit_weight(accept + ",image/avif;q=0.123", "image/avif") == weight);
  return 0;
}
