#include "http/exchange.h"

#include <utility>

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

bool Exchange::prepare_reroute(std::string path, std::shared_ptr<const HeaderBlock> override) {
  if (std::exchange(is_rerouted_, true)) return false;
  override_ = std::move(override);
  request_.decoded_path = std::move(path);
  // The body was for whoever asks for this.
  request_.chunked = false;
  request_.content_length = 0;
  if (request_.method != Method::head) request_.method = Method::get;
  return true;
}

void Exchange::override_fields(Response& response) const {
  if (!override_ || response.status >= 400) return;
  HeaderBlock head = response.head ? replaced(*response.head, *override_) : *override_;
  // The type of several ranges is not the file's: it says how to take them apart.
  const auto type = response.head ? response.head->find("Content-Type") : std::nullopt;
  if (type && type->starts_with("multipart/byteranges")) {
    head = replaced(head, HeaderBlock().add("Content-Type", *type));
  }
  response.head = std::make_shared<const HeaderBlock>(std::move(head));
  // Expires would be what the file's own rules said.
  if (override_->find("Cache-Control")) response.max_age.reset();
}

// Without a router there is nowhere to go.
void Exchange::reroute(std::string, std::shared_ptr<const HeaderBlock>) {
  respond(plain_response(404));
}

void Exchange::reset() {
  call_.reset();
  client_.address.clear();
  override_.reset();
  is_rerouted_ = false;
  request_.clear();
  notes.clear();
  explanation = nullptr;
  prefix_length = 0;
  chain_ = nullptr;
  next_ = 0;
}

}  // namespace frontis::http
