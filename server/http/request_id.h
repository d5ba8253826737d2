// What a request is called in the logs of all who work on it (X-Request-ID): as a proxy that we
// trust has called it, or by a new name.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"

namespace frontis::http {

inline constexpr std::size_t longest_request_id = 128;

// What the sender calls it: one X-Request-ID of 1 to 128 letters, digits and -_.:+/= , which mean
// nothing to shells, terminals, pages and readers of logs. None for all else. A view of the
// request.
[[nodiscard]] std::optional<std::string_view> given_request_id(const Request& request);

// New names, for one loop: 128 random bits as 32 hexadecimal digits. They tell nothing, not even
// the time, need no clock, and are what traces use (W3C Trace Context). One call to the system
// gives sixteen of them.
class RequestIds {
 public:
  void append_new(std::string& out);

 private:
  std::array<unsigned char, 256> random_;
  std::size_t used_ = sizeof random_;
};

}  // namespace frontis::http
