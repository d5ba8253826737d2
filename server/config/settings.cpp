#include "config/settings.h"

#include <algorithm>

namespace frontis::config {

bool Listen::is_local() const {
  return is_unix() || address == "::1" || address.starts_with("127.");
}

std::string Listen::text() const {
  if (is_unix()) return "unix:" + unix_path.string();
  const std::string suffix = ":" + std::to_string(port);
  if (address.empty()) return "*" + suffix;
  const bool is_ipv6 = address.find(':') != std::string::npos;
  return is_ipv6 ? "[" + address + "]" + suffix : address + suffix;
}

std::string public_admin(const Listen& admin) {
  return admin.source + ": admin at " + admin.text() +
         " shows the URLs that visitors ask for to whoever reaches it: use 127.0.0.1 or a Unix "
         "socket, or let a firewall see to it";
}

bool Route::is_internal() const {
  return std::any_of(chain.begin(), chain.end(), [](const Action& action) {
    const auto* files = std::get_if<FilesAction>(&action);
    return files != nullptr && files->internal;
  });
}

std::string Settings::place_of(std::string_view key) const {
  const auto found = places.find(key);
  return found == places.end() ? file.filename().string() : found->second;
}

}  // namespace frontis::config
