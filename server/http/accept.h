// What a client says of media types in Accept (RFC 9110, 12.5.1). Pure; no allocation.
#pragma once

#include <cstdint>
#include <string_view>

namespace frontis::http {

// The weight of `type` ("image/avif") in thousandths, 0 = not acceptable. Only what names the
// type itself counts, not "image/*" or "*/*": browsers that send those need not know the type.
[[nodiscard]] std::uint16_t explicit_weight(std::string_view accept, std::string_view type);

}  // namespace frontis::http
