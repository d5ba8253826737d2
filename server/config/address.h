// Where to listen and for which hosts, from text. Pure: nothing is looked up, so a name never
// stands for an address and a wrong one is found before the server starts.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"

namespace frontis::config {

// "8080", "*:80", "127.0.0.1:8081", "[::1]:443", "unix:/run/frontis.sock". A relative path of a
// socket is taken from `folder`. IPv6 addresses come out in their canonical form (RFC 5952), so
// that equal ones are equal. Errors: invalid, saying what was expected.
[[nodiscard]] Result<Listen> parse_listen(std::string_view text,
                                          const std::filesystem::path& folder);

// "example.org", "*.example.org", "*", "127.0.0.1" or "[::1]", in lower case and without the dot
// that may end a full name. Errors: invalid, saying what to write instead.
[[nodiscard]] Result<std::string> parse_host(std::string_view text);

// `path` without "." and empty segments, seen from `folder` when it is relative. ".." stays: what
// it means depends on links.
[[nodiscard]] std::filesystem::path absolute_path(const std::filesystem::path& folder,
                                                  std::string_view path);

}  // namespace frontis::config
