// A YAML text as a tree that knows the place of each of its parts. This is the one file that
// speaks to yaml-cpp; what YAML allows and a configuration does not need (tags, several
// documents, keys that are lists, the same key twice) is refused here. The tree is bounded in
// size and depth, with everything that aliases repeat counted in.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.h"

namespace frontis::config {

inline constexpr std::size_t max_document_bytes = 1024 * 1024;
inline constexpr std::size_t max_document_depth = 24;
inline constexpr std::size_t max_document_nodes = 100'000;

struct Node;

struct Entry {
  Place at;  // of the key
  std::string key;
  std::shared_ptr<const Node> value;  // never null
};

struct Node {
  enum class Kind { nothing, scalar, list, mapping };

  Kind kind = Kind::nothing;
  Place at;
  std::string text;                                // of a scalar
  std::vector<std::shared_ptr<const Node>> items;  // of a list
  std::vector<Entry> entries;                      // of a mapping, in the order of the file
  std::size_t weight = 1;                          // nodes in it, itself included
};

// "'soon'", "nothing", "a list", "a mapping": for messages that end in "found ...".
[[nodiscard]] std::string description(const Node& node);

// Null when the text is not YAML at all: then the last fault says where it stops being so.
[[nodiscard]] std::shared_ptr<const Node> read_document(std::string_view text, Faults& faults);

}  // namespace frontis::config
