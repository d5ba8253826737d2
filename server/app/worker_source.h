// The text of worker.py, which the build puts into the program (worker_source.cmake): a server
// that is one file starts WSGI applications without any other file of its own.
#pragma once

#include <string_view>

namespace frontis::app {

// Python, ASCII only.
std::string_view worker_source();

}  // namespace frontis::app
