// A body of unknown length as HTTP/1.1 sends it: each piece that the inner source gives becomes
// one chunk (RFC 9112, 7.1). A source that fails ends without the last chunk, so that the
// receiver knows that the body is not whole.
#pragma once

#include <memory>

#include "base/source.h"

namespace frontis::http {

class ChunkedSource final : public Source {
 public:
  explicit ChunkedSource(std::unique_ptr<Source> inner) : inner_(std::move(inner)) {}

  // `into` has room for a chunk's frame and at least one byte (32 bytes).
  Pull pull(std::span<char> into) override;
  void when_ready(std::function<void()> wake) override { inner_->when_ready(std::move(wake)); }

 private:
  std::unique_ptr<Source> inner_;
  bool ended_ = false;
};

}  // namespace frontis::http
