#include "config/app_settings.h"

namespace frontis::config {

std::string_view name_of(Protocol protocol) {
  return protocol_names[static_cast<std::size_t>(protocol)];
}

std::string Backend::text() const {
  if (is_unix()) return "unix:" + unix_path.string();
  const bool is_ipv6 = host.find(':') != std::string::npos;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace frontis::config
