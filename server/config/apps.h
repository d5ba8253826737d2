// The applications of a configuration: `apps: {NAME: {...}}`. One key of an app names its
// protocol and says where it listens, or, for `wsgi`, what to start; the others stand in tables.
#pragma once

#include <string_view>
#include <vector>

#include "config/app_settings.h"
#include "config/reader.h"

namespace frontis::config {

void read_apps(Reader& reader, const Node& mapping, std::vector<App>& into);

// A fault for each route that names an app which is not among `apps`. At the end only: `apps` may
// stand below `sites`.
void check_used_apps(Reader& reader, const std::vector<App>& apps);

// The keys of an app, those that name a protocol first.
[[nodiscard]] std::vector<std::string_view> app_keys();

}  // namespace frontis::config
