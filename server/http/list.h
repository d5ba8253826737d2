// Field values that are lists (RFC 9110, 5.6.1): taking one member after another off their front.
// Pure; no allocation. For whoever reads such a field, in any room.
#pragma once

#include <string_view>

namespace frontis::http {

// What is in front of the first `separator`; takes both off `text`.
std::string_view take_until(char separator, std::string_view& text);

// The same, of the first that no quoted string holds (RFC 9110, 5.6.4). A string that is not closed
// goes to the end.
std::string_view take_unquoted(char separator, std::string_view& text);

// Whether a member is `word`, in any letter case.
[[nodiscard]] bool has_member(std::string_view list, std::string_view word);

}  // namespace frontis::http
