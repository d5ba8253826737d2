// Answers of applications by HTTP/1.1 as a client, whatever they hold: the claims of
// upstream_answer.h.
#include "upstream/http.h"
#include "upstream_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  frontis::upstream::check_answer<frontis::upstream::HttpCodec>(data, size);
  return 0;
}
