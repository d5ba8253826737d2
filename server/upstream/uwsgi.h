// The uwsgi protocol, as uWSGI speaks it: the variables in one packet of at most 64 KiB, and an
// answer that is HTTP without the keep-alive (a CGI head is read, too, as some of its plug-ins
// write it).
#pragma once

#include "upstream/plain_codec.h"

namespace frontis::upstream {

class UwsgiCodec final : public PlainCodec {
 public:
  [[nodiscard]] Result<void> begin(const Outgoing& outgoing, std::string& out) const override;
};

}  // namespace frontis::upstream
