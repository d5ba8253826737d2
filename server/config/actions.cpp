#include "config/actions.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "config/action_kind.h"
#include "config/apps.h"

namespace frontis::config {

namespace {

std::array<ActionKind, 5> all_kinds() {
  return {files_kind(), app_kind(), respond_kind(), redirect_kind(), memcached_kind()};
}

std::optional<ActionKind> find_kind(std::string_view name) {
  for (const ActionKind& kind : all_kinds()) {
    if (kind.name == name) return kind;
  }
  return std::nullopt;
}

// The name of the action that has such a key; empty where none has.
std::string_view owner_of(std::string_view key) {
  for (const ActionKind& kind : all_kinds()) {
    const std::vector<std::string_view> names = kind.keys();
    if (std::find(names.begin(), names.end(), key) != names.end()) return kind.name;
  }
  return {};
}

void fault_no_action(Reader& reader, const Node& mapping) {
  constexpr std::string_view names[] = {"files", "app", "respond", "redirect", "memcached"};
  for (const Entry& entry : mapping.entries) {
    if (closest(entry.key, names).empty() && entry.key != "<<") continue;
    return reader.unknown_key(entry, names);
  }
  reader.fault(mapping.at,
               "no action here; one of files, app, respond, redirect, memcached is needed");
}

}  // namespace

std::optional<ReadAction> read_action(Reader& reader, const Node& mapping) {
  if (!reader.is_mapping(mapping, "an action such as {files: DIRECTORY}")) return std::nullopt;
  std::optional<ActionKind> kind;
  const Entry* named_by = nullptr;
  for (const Entry& entry : mapping.entries) {
    const std::optional<ActionKind> found = find_kind(entry.key);
    if (!found) continue;
    if (kind) {
      reader.fault(entry.at, in_quotes(kind->name) + " and " + in_quotes(found->name) +
                                 " are two actions; write them as two items of a list");
      return std::nullopt;
    }
    kind = found;
    named_by = &entry;
  }
  if (!kind) {
    fault_no_action(reader, mapping);
    return std::nullopt;
  }

  return ReadAction{kind->name, named_by->at, kind->passes, kind->read(reader, mapping)};
}

std::vector<std::string_view> action_keys() {
  std::vector<std::string_view> out;
  for (const ActionKind& kind : all_kinds()) {
    const std::vector<std::string_view> names = kind.keys();
    out.insert(out.end(), names.begin(), names.end());
  }
  return out;
}

void fault_stray_key(Reader& reader, const Entry& entry, std::string_view name,
                     std::span<const std::string_view> possible) {
  const std::vector<std::string_view> of_app = app_keys();
  if (name == "app" && std::find(of_app.begin(), of_app.end(), entry.key) != of_app.end()) {
    return reader.fault(entry.at, in_quotes(entry.key) + " belongs to the app itself, in 'apps'");
  }
  const std::string_view owner = owner_of(entry.key);
  if (owner.empty()) return reader.unknown_key(entry, possible);
  reader.fault(entry.at, in_quotes(entry.key) + " belongs to " + in_quotes(owner) + ", not to " +
                             in_quotes(name));
}

}  // namespace frontis::config
