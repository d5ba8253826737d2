// The `listen` key: a port or an address, a mapping of one with what is peculiar to it, or a list
// of these.
#pragma once

#include <string_view>
#include <vector>

#include "config/reader.h"
#include "config/settings.h"

namespace frontis::config {

void read_listen(Reader& reader, const Node& value, std::vector<Listen>& into);

// The keys of such a mapping.
[[nodiscard]] std::vector<std::string_view> listen_keys();

}  // namespace frontis::config
