// Mappings of names and values that go to an application: CGI variables, request fields and
// environment variables. Each has a bound on their number and length.
#pragma once

#include "config/app_settings.h"
#include "config/reader.h"

namespace frontis::config {

// `params` of an app: names of variables, or of request fields where the protocol is HTTP.
void read_params(Reader& reader, const Node& mapping, Protocol protocol, Headers& into);

// `env` of a wsgi app.
void read_environment(Reader& reader, const Node& mapping, Headers& into);

}  // namespace frontis::config
