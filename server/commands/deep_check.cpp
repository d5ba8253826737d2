#include "commands/deep_check.h"

namespace frontis::commands {

std::vector<std::string> deep_check(const config::Settings&) { return {}; }

}  // namespace frontis::commands
