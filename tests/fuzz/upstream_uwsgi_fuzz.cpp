// Answers of applications by uwsgi, whatever they hold: the claims of upstream_answer.h.
#include "upstream/uwsgi.h"
#include "upstream_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  frontis::upstream::check_answer<frontis::upstream::UwsgiCodec>(data, size);
  return 0;
}
