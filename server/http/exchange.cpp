#include "http/exchange.h"

namespace frontis::http {

void Exchange::dispatch(const std::vector<Handler*>& chain) {
  chain_ = &chain;
  next_ = 0;
  pass();
}

void Exchange::pass() {
  if (!can_pass()) return respond(plain_response(404));
  Handler* const handler = (*chain_)[next_++];
  handler->handle(*this);
}

void Exchange::reset() {
  call_.reset();
  request_.clear();
  notes = {};
  explanation = nullptr;
  prefix_length = 0;
  chain_ = nullptr;
  next_ = 0;
}

}  // namespace frontis::http
