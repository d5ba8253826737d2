// Whether the interpreter of an application can be run, and what to do if not: said in the same
// words by whoever starts it, or checks whether it could be started.
#pragma once

#include <string>
#include <string_view>

namespace frontis::app {

// What keeps this process, with the identity that it has now, from running `python`, a path or a
// name in PATH; empty where nothing does. `setting` is where the operator names another.
[[nodiscard]] std::string interpreter_fault(const std::string& python,
                                            std::string_view setting = "'python'");

}  // namespace frontis::app
