// The table of protocols: from the word in the configuration to the codec that speaks it.
#pragma once

#include <memory>

#include "config/app_settings.h"
#include "upstream/codec.h"

namespace frontis::upstream {

// Never null. `wsgi` is what our own worker speaks: FastCGI.
[[nodiscard]] std::unique_ptr<Codec> make_codec(config::Protocol protocol);

}  // namespace frontis::upstream
