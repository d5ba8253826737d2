// The `sites` part of a configuration: host names, and beneath them the routes.
#pragma once

#include <vector>

#include "config/reader.h"
#include "config/settings.h"

namespace frontis::config {

// Notes a fault where there is no site, a site without a route, or a host in two sites.
void read_sites(Reader& reader, const Node& mapping, std::vector<Site>& into);

}  // namespace frontis::config
