// SCGI: the variables as one netstring, and an answer in the form of CGI (RFC 3875, 6).
#pragma once

#include "upstream/plain_codec.h"

namespace frontis::upstream {

class ScgiCodec final : public PlainCodec {
 public:
  [[nodiscard]] Result<void> begin(const Outgoing& outgoing, std::string& out) const override;
};

}  // namespace frontis::upstream
