#include "config/settings.h"

namespace frontis::config {

std::string Listen::text() const {
  if (is_unix()) return "unix:" + unix_path.string();
  const std::string suffix = ":" + std::to_string(port);
  if (address.empty()) return "*" + suffix;
  const bool is_ipv6 = address.find(':') != std::string::npos;
  return is_ipv6 ? "[" + address + "]" + suffix : address + suffix;
}

}  // namespace frontis::config
