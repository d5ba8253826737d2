// A body that is compressed while it streams: a Source that wraps another. For answers whose
// length nobody knows yet, such as the app's; files have variants that were made ahead. Whatever
// the inner source has given is passed on before it is waited for, so that an event stream is
// not held back.
#pragma once

#include <memory>

#include "base/source.h"
#include "http/negotiation.h"

namespace frontis::http {

// `coding` is gzip, br or zstd, at a level that is fast; for another, this is `inner` itself. A
// failure of `inner` is one of this.
[[nodiscard]] std::unique_ptr<Source> compress(std::unique_ptr<Source> inner, Coding coding);

}  // namespace frontis::http
