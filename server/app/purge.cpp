#include "app/purge.h"

#include <algorithm>

#include "base/text.h"

namespace frontis::app {

namespace {

std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool is_port =
      colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
  return is_port ? host.substr(0, colon) : host;
}

}  // namespace

Purge::Purge(std::string_view pattern) : is_prefix_(pattern.ends_with('*')) {
  if (is_prefix_) pattern.remove_suffix(1);
  const std::size_t slash = std::min(pattern.find('/'), pattern.size());
  host_ = lower_case(pattern.substr(0, slash));
  target_ = pattern.substr(slash);
}

bool Purge::means(std::string_view key) const {
  if (target_.empty()) return is_prefix_ && key.starts_with(host_);
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos || !means_host(key.substr(0, slash))) return false;
  key.remove_prefix(slash);
  // No target holds a space: behind one is what the purge does not look at.
  const std::string_view target = key.substr(0, key.find(' '));
  return is_prefix_ ? target.starts_with(target_) : target == target_;
}

bool Purge::means_host(std::string_view host) const {
  return host_.empty() || host == host_ || without_port(host) == host_;
}

}  // namespace frontis::app
