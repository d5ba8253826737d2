// Which siblings have been proved to hold which content, so that each is decoded once and not
// again for every loop. Shared by all loops and press threads.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "media/library.h"
#include "media/sibling.h"

namespace frontis::media {

class Proofs {
 public:
  // What is known of this file as a coding of this content. None: nothing yet, and the caller is
  // the one who has to prove it; others get `pending` meanwhile.
  struct Known {
    bool pending = false;
    Proof proof;
  };
  [[nodiscard]] std::optional<Known> find_or_begin(const Identity& sibling, const Sha256& content);
  // The same for one who will not prove it.
  [[nodiscard]] std::optional<Known> find(const Identity& sibling, const Sha256& content);
  void finish(const Identity& sibling, const Sha256& content, const Proof& proof);
  // It could not be read: the next who asks tries again.
  void give_up(const Identity& sibling, const Sha256& content);

 private:
  static constexpr std::size_t most = 100'000;

  struct Key {
    Identity sibling;
    Sha256 content;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const;
  };

  std::mutex mutex_;
  std::unordered_map<Key, Known, Hash> known_;  // cleared when it grows past `most`
};

}  // namespace frontis::media
