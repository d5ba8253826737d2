// The keys of conf/frontis.yaml with what its comments say of them: the comment above a key
// describes it and those that follow without one of their own, and one behind a key that key alone.
// This reads the comments of one file, which the tests know, and is no parser of YAML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace frontis::commands {

struct ShownKey {
  std::string name;    // "drain", "/static/"
  std::string line;    // as it stands there: "drain: 30s"
  std::size_t column;  // where it begins; what it holds begins further to the right
  // The lines of its comment.
  std::vector<std::string> description;
  bool is_remarked = false;  // something of that stands behind it
  bool shares = false;       // the description of the key before it
};

struct ShownKeys {
  std::vector<std::string> opening;  // what stands above all keys
  std::vector<ShownKey> keys;        // in the order of the file
};

[[nodiscard]] ShownKeys shown_keys(std::string_view yaml);

}  // namespace frontis::commands
