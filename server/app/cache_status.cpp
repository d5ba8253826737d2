#include "app/cache_status.h"

#include <array>

namespace frontis::app {

namespace {

constexpr std::array<std::string_view, 6> forward_names{"",        "bypass", "method",
                                                        "request", "miss",   "stale"};

}  // namespace

std::string text_of(const CacheStatus& status) {
  std::string out = "frontis";
  const bool is_hit = status.forward == CacheStatus::Forward::none;
  if (is_hit) {
    out.append("; hit");
  } else {
    out.append("; fwd=").append(forward_names[static_cast<std::size_t>(status.forward)]);
  }
  if (status.forward_status) {
    out.append("; fwd-status=").append(std::to_string(*status.forward_status));
  }
  if (status.ttl) out.append("; ttl=").append(std::to_string(*status.ttl));
  // Of a hit these two say nothing (RFC 9211, 2.4 and 2.6).
  if (status.stored && !is_hit) out.append("; stored");
  if (status.collapsed && !is_hit) out.append("; collapsed");
  if (!status.detail.empty()) out.append("; detail=").append(status.detail);
  return out;
}

}  // namespace frontis::app
