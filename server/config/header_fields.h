// Which header fields a configuration may add to answers. The ones that Frontis writes itself
// are refused, for two of them in one answer would contradict each other; the refusal says what
// to use instead.
#pragma once

#include <string>
#include <string_view>

#include "config/reader.h"
#include "config/settings.h"

namespace frontis::config {

// A token (RFC 9110, 5.6.2) of at most 100 bytes.
[[nodiscard]] bool is_field_name(std::string_view name);

// Why a field of this name may not be set, as the end of a sentence; empty where it may.
[[nodiscard]] std::string header_name_fault(std::string_view name);

// The same for a value: no control bytes, at most 4 KiB.
[[nodiscard]] std::string header_value_fault(std::string_view value);

// The mapping of a `headers` key.
void read_headers(Reader& reader, const Node& mapping, Headers& into);

// "type/subtype", perhaps with parameters (RFC 9110, 8.3.1).
[[nodiscard]] bool is_media_type(std::string_view text);

}  // namespace frontis::config
