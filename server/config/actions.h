// The actions of a route: `files`, `app`, `respond`, `redirect`, `memcached`. Each has a table of
// its keys; which action a mapping is, the one key that names an action decides.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/reader.h"
#include "config/settings.h"

namespace frontis::config {

struct ReadAction {
  std::string_view name;         // "files"
  Place at;                      // of the key that names it
  bool passes = true;            // to the next action, when it has no answer
  std::optional<Action> action;  // none after a fault that leaves nothing to go on with
};

// None, after a fault, when `mapping` names no action, or two.
[[nodiscard]] std::optional<ReadAction> read_action(Reader& reader, const Node& mapping);

// The keys of all actions, those that name them included.
[[nodiscard]] std::vector<std::string_view> action_keys();

}  // namespace frontis::config
