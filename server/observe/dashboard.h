// The page of the admin address, which the build puts together of the files in dashboard/ and into
// the program (dashboard.cmake): one file without an outside request.
#pragma once

#include <string>
#include <string_view>

namespace frontis::observe {

// HTML, UTF-8; its script and its style carry `nonce`.
[[nodiscard]] std::string dashboard(std::string_view nonce);

// As it was built, with nonce_mark wherever a nonce belongs.
[[nodiscard]] std::string_view dashboard_source();
inline constexpr std::string_view nonce_mark = "@NONCE@";

}  // namespace frontis::observe
