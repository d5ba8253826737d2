// The fields of compression dictionary transport (RFC 9842): which requests an answer may serve
// as a dictionary for, which dictionary a client names, and whether it may be answered with one.
// Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "http/message.h"
#include "media/digest.h"

namespace frontis::media {

// "static/app.*.js" for "static/app.38d674d0e73a.js": the path with the fingerprint in its last
// segment replaced by '*'. Empty when no fingerprint of a known pattern (fingerprint.h) stands
// there, or when what is left of the name would match others' names as well (an empty stem).
[[nodiscard]] std::string logical_name(std::string_view path);

// The value of Use-As-Dictionary for `path` (decoded, with a leading slash): a Dictionary of RFC
// 8941 whose "match" is a URL pattern without regular expressions, percent-encoded, with what has
// a meaning there escaped; "match-dest" where the type of the file tells one ("script", "style").
// Empty when there is no logical name, or it cannot be written so.
[[nodiscard]] std::string use_as_dictionary(std::string_view path, std::string_view content_type);

// The digest in Available-Dictionary: one Byte Sequence of 32 bytes (section 2.2), strictly.
[[nodiscard]] std::optional<Sha256> parse_available_dictionary(std::string_view field);

// Whether the page that asks may read the answer (section 9.3.2 there): same origin, a CORS
// request that the answer's own fields allow, a navigation, or a client without Sec-Fetch-Mode.
// `extra` are the route's fields, among which Access-Control-Allow-Origin would be.
[[nodiscard]] bool may_use_dictionary(const http::Request& request, const config::Headers& extra);

}  // namespace frontis::media
