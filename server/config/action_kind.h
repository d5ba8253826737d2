// What every kind of action tells about itself. A new action is one source file with a table of
// its keys and a function that returns its ActionKind, and one row in actions.cpp.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "config/reader.h"
#include "config/settings.h"

namespace frontis::config {

struct ActionKind {
  std::string_view name;  // the key that names the action
  bool passes;            // to the next one of its route, when it has no answer
  // Reads a mapping in which `name` is a key.
  std::optional<Action> (*read)(Reader& reader, const Node& mapping);
  std::vector<std::string_view> (*keys)();
};

[[nodiscard]] ActionKind files_kind();
[[nodiscard]] ActionKind app_kind();
[[nodiscard]] ActionKind respond_kind();
[[nodiscard]] ActionKind redirect_kind();
[[nodiscard]] ActionKind memcached_kind();

// A key that `possible`, the keys of the action `name`, does not hold.
void fault_stray_key(Reader& reader, const Entry& entry, std::string_view name,
                     std::span<const std::string_view> possible);

// Reads all keys of a mapping by a table whose first row is the key that names the action.
template <typename T, const auto& keys>
std::optional<Action> read_action_keys(Reader& reader, const Node& mapping) {
  T out;
  for (const Entry& entry : mapping.entries) {
    if (read_key<T>(reader, entry, keys, out)) continue;
    fault_stray_key(reader, entry, keys[0].name, names_of<T>(keys));
  }
  return out;
}

}  // namespace frontis::config
