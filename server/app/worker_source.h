// The modules of frontis_worker as one text, which the build puts into the program
// (worker_source.cmake): a server that is one file starts WSGI applications without any other file
// of its own.
#pragma once

#include <string_view>

namespace frontis::app {

// Python, ASCII only.
std::string_view worker_source();

}  // namespace frontis::app
