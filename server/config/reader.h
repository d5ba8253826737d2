// How the parts of a document become settings. A mapping is described by one table of Keys: a
// new key is one row of it, and the errors about unknown keys and the list that tests compare
// with conf/frontis.yaml follow from the same rows. A Reader turns values into numbers, paths
// and words; what does not fit it notes as a fault, and then it goes on.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/fault.h"

namespace frontis::config {

class Reader {
 public:
  // Relative paths are taken from `folder`.
  Reader(Faults& faults, std::filesystem::path folder)
      : faults_(faults), folder_(std::move(folder)) {}

  void fault(Place at, std::string message) { faults_.add(at, std::move(message)); }
  std::string place(Place at) const { return faults_.place(at); }
  const std::filesystem::path& folder() const { return folder_; }

  // "expected <what>, found <value>"
  void unexpected(const Node& value, std::string_view what);
  void unknown_key(const Entry& entry, std::span<const std::string_view> possible);
  void later_key(const Entry& entry, std::string_view why);

  // Each of these is none (null, false) after a fault. `what` is the end of "expected ...".
  const std::string* text(const Node& value, std::string_view what);
  bool is_mapping(const Node& value, std::string_view what);
  std::optional<bool> boolean(const Node& value);
  std::optional<std::uint64_t> number(const Node& value, std::uint64_t low, std::uint64_t high);
  std::optional<std::uint64_t> size(const Node& value, std::uint64_t low, std::uint64_t high);
  std::optional<std::chrono::milliseconds> duration(const Node& value,
                                                    std::chrono::milliseconds low,
                                                    std::chrono::milliseconds high);
  // The index of the word among `words`.
  std::optional<std::size_t> word(const Node& value, std::span<const std::string_view> words);
  // Absolute; need not exist.
  std::optional<std::filesystem::path> path(const Node& value, std::string_view what);
  // A path at which there is a directory now (one stat).
  std::optional<std::filesystem::path> directory(const Node& value);

  // Routes may name apps that come further below: what they name is judged at the end.
  struct AppUse {
    Place at;
    std::string app;
  };
  void note_used_app(Place at, std::string app) { used_apps_.push_back({at, std::move(app)}); }
  const std::vector<AppUse>& used_apps() const { return used_apps_; }

  // Calls `one` for the value or, where it is a list, for each of its items.
  void each(const Node& value, const std::function<void(const Node&)>& one);

 private:
  Faults& faults_;
  std::filesystem::path folder_;
  std::vector<AppUse> used_apps_;
};

// One key of the mapping that becomes a T.
template <typename T>
struct Key {
  std::string_view name;
  void (*read)(Reader& reader, const Node& value, T& into);  // null: a key of a later version
  std::string_view later = {};  // for that one: what is so in this version
};

// The names of the keys that this version has.
template <typename T>
std::vector<std::string_view> names_of(std::span<const Key<T>> keys) {
  std::vector<std::string_view> names;
  for (const Key<T>& key : keys) {
    if (key.read != nullptr) names.push_back(key.name);
  }
  return names;
}

// False when the table has no such key, which is then left to the caller.
template <typename T>
bool read_key(Reader& reader, const Entry& entry, std::span<const Key<T>> keys, T& into) {
  const auto key = std::find_if(keys.begin(), keys.end(),
                                [&](const Key<T>& row) { return row.name == entry.key; });
  if (key == keys.end()) return false;
  if (key->read == nullptr) {
    reader.later_key(entry, key->later);
  } else {
    key->read(reader, *entry.value, into);
  }
  return true;
}

// Reads a whole mapping, in the order of the file. One without any keys is as good as none.
template <typename T>
void read_keys(Reader& reader, const Node& mapping, std::span<const Key<T>> keys, T& into) {
  if (mapping.kind == Node::Kind::nothing) return;
  if (!reader.is_mapping(mapping, "a mapping of keys")) return;
  for (const Entry& entry : mapping.entries) {
    if (!read_key(reader, entry, keys, into)) reader.unknown_key(entry, names_of(keys));
  }
}

// The end of an error about `word`: "; did you mean 'x'?" or, where nothing is near and `list`
// is asked for, "; possible here: x, y".
[[nodiscard]] std::string suggestion(std::string_view word,
                                     std::span<const std::string_view> possible, bool list);

}  // namespace frontis::config
