// The `listen` key: a port or an address, a mapping of one with what is peculiar to it, or a list
// of these. And `admin`: an address or a list of them.
#pragma once

#include <string_view>
#include <vector>

#include "config/reader.h"
#include "config/settings.h"

namespace frontis::config {

void read_listen(Reader& reader, const Node& value, std::vector<Listen>& into);

// A port alone is one of 127.0.0.1: what is shown there is not for everybody.
void read_admin(Reader& reader, const Node& value, std::vector<Listen>& into);
// Once all of `root` is read: what is shown there must not be where visitors come in.
void check_admin(Reader& reader, const Node& root, const Settings& settings);

// The keys of such a mapping.
[[nodiscard]] std::vector<std::string_view> listen_keys();

}  // namespace frontis::config
