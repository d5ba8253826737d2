// Where something else listens, from text. Pure: a name is looked up when the server starts, not
// here.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "config/app_settings.h"
#include "config/reader.h"

namespace frontis::config {

// "127.0.0.1:8000", "localhost:8000", "[::1]:8000", "8000" (a port of 127.0.0.1),
// "unix:/run/x.sock" (a relative path is taken from `folder`). Errors: invalid, saying what to
// write instead.
[[nodiscard]] Result<Backend> parse_backend(std::string_view text,
                                            const std::filesystem::path& folder);

// The same of a value of the configuration, with its place; none after a fault.
[[nodiscard]] std::optional<Backend> read_backend(Reader& reader, const Node& value);

}  // namespace frontis::config
