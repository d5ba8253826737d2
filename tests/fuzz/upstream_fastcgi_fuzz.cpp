// Answers of applications by FastCGI, whatever they hold: the claims of upstream_answer.h.
#include "upstream/fastcgi.h"
#include "upstream_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  frontis::upstream::check_answer<frontis::upstream::FastcgiCodec>(data, size);
  return 0;
}
