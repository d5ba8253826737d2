// Ranges of addresses, from text, and whether an address lies in one.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/app_settings.h"

namespace frontis::config {

// "10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "unix:" (every client on a Unix socket). Bits behind
// the prefix must be zero. Errors: invalid, saying what was expected.
[[nodiscard]] Result<Network> parse_network(std::string_view text);

// `address` as text: "192.0.2.7", "2001:db8::1", "unix:"; false for anything else. An IPv4 address
// written in IPv6 (::ffff:192.0.2.7) is that IPv4 address.
[[nodiscard]] bool contains(const std::vector<Network>& networks, std::string_view address);

}  // namespace frontis::config
