#include "config/settings.h"

#include <algorithm>

namespace frontis::config {

std::string Listen::text() const {
  if (is_unix()) return "unix:" + unix_path.string();
  const std::string suffix = ":" + std::to_string(port);
  if (address.empty()) return "*" + suffix;
  const bool is_ipv6 = address.find(':') != std::string::npos;
  return is_ipv6 ? "[" + address + "]" + suffix : address + suffix;
}

bool Route::is_internal() const {
  return std::any_of(chain.begin(), chain.end(), [](const Action& action) {
    const auto* files = std::get_if<FilesAction>(&action);
    return files != nullptr && files->internal;
  });
}

}  // namespace frontis::config
