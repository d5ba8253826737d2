// What the configuration says about work ahead of time: the section `press`, and the top-level
// keys `keep` and `keep_size`. Each function reads one value of the document; faults go to the
// reader. Used by load.cpp alone.
#pragma once

#include <string_view>
#include <vector>

#include "config/reader.h"
#include "config/settings.h"

namespace frontis::config {

void read_press(Reader& reader, const Node& value, PressSettings& into);
// The keys of that section.
[[nodiscard]] std::vector<std::string_view> press_keys();

void read_keep(Reader& reader, const Node& value, KeepSettings& into);
void read_keep_size(Reader& reader, const Node& value, KeepSettings& into);

}  // namespace frontis::config
