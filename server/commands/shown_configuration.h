// conf/frontis.yaml as the build has put it into the program (embed_text.cmake): every key with its
// default and a comment. The manual is made of it, so that no key is described twice.
#pragma once

#include <string_view>

namespace frontis::commands {

// YAML, ASCII only.
std::string_view shown_configuration();

}  // namespace frontis::commands
