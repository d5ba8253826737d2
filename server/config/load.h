// From a configuration file to Settings. Either everything in the file is good, or there are
// faults and no settings: nothing is ever half applied. Every command that needs one comes
// through here; roots and links are looked at (one stat each), nothing else outside is touched.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fault.h"
#include "config/settings.h"

namespace frontis::config {

struct Loaded {
  std::optional<Settings> settings;  // exactly when there is no fault
  std::vector<Fault> faults;         // in the order of the file, at most 100
};

// Relative paths in the file are taken from the folder that it is in.
[[nodiscard]] Loaded load_file(const std::filesystem::path& path);

// `yaml` is what would stand in the file `file_name`, which need not exist.
[[nodiscard]] Loaded load_text(std::string_view yaml, const std::string& file_name);

// Every key that this version reads: "listen", "limits.drain", "sites.HOST./PATH.files", ...
[[nodiscard]] std::vector<std::string> key_paths();

}  // namespace frontis::config
