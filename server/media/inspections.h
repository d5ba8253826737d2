// What inspecting large files has shown, so that a film is read once and not again for every
// loop, after every eviction, or when a manifest changes. Without the bytes. Shared by all loops
// and press threads.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "media/inspection.h"

namespace frontis::media {

class Inspections {
 public:
  // None: not known, or not yet. `file_name` counts because a fingerprint is judged with it.
  [[nodiscard]] std::optional<Inspection> find(const Identity& identity,
                                               std::string_view file_name);
  // True for the caller who is to inspect; false while another does, or when it is known.
  [[nodiscard]] bool begin(const Identity& identity, std::string_view file_name);
  void finish(const Identity& identity, std::string_view file_name, const Inspection& inspection);
  // It could not be read: the next who asks may begin.
  void give_up(const Identity& identity, std::string_view file_name);

 private:
  static constexpr std::size_t most = 100'000;

  struct Key {
    Identity identity;
    std::string file_name;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };

  std::mutex mutex_;
  std::unordered_map<Key, std::optional<Inspection>, Hash> known_;  // none: under way
};

}  // namespace frontis::media
