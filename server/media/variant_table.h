// What is known of variants, in memory: for each key its size, its digest and when it was used.
// The part of Variants that loops share with press threads, so each call holds the lock for a few
// instructions only, and nothing here touches a disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "media/asset.h"
#include "media/index.h"
#include "media/library.h"
#include "media/variant_key.h"

namespace frontis::media {

class VariantTable {
 public:
  // At most `most` variants, with files of at most `budget` bytes.
  VariantTable(std::uint64_t budget, std::size_t most) : budget_(budget), most_(most) {}

  using Standing = media::Standing;
  struct Entry {
    std::uint64_t size = 0;  // of the coded bytes; 0: of no use, and there is no file
    Sha256 own_digest{};
    std::int64_t used = 0;             // seconds since 1970
    std::optional<Identity> compared;  // of a large one: the file that was found to be whole

    bool is_large() const;
    Standing standing() const;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  static VariantKey key_of(const VariantRow& row) {
    return {row.content, row.coding, row.dictionary};
  }
  static VariantRow row_of(const VariantKey& key, const Entry& entry);

  std::optional<Entry> find(const VariantKey& key) const;
  void put(const VariantKey& key, const Entry& entry);  // replaces
  void erase(const VariantKey& key);
  // Notes the use, for take_touched() too where it is worth telling the index.
  void touch(const VariantKey& key, std::int64_t now);
  // The same from elsewhere: nobody need be told.
  void note_use(const VariantKey& key, std::int64_t used);
  // Of a large one that still has this digest.
  void set_compared(const VariantKey& key, const Sha256& own_digest,
                    const std::optional<Identity>& identity);
  // It is missing or damaged: forgets it, unless it has another digest by now.
  void lose(const VariantKey& key, const Entry& entry);
  void note_lost(const VariantRow& row);

  // Rows for the index: those that were used since, and those that were lost.
  std::vector<VariantRow> take_touched();
  std::vector<VariantRow> take_lost();

  bool has_room(std::uint64_t bytes) const;
  // Sets bytes aside for a file to come: false when there is no room. Whoever did releases them.
  bool reserve(std::uint64_t bytes);
  void release(std::uint64_t bytes);
  // The one that was used longest ago, if that was before `before`.
  std::optional<VariantRow> remove_oldest(std::int64_t before);

  // Each that has a file and was not used after `until`; `visit` runs without the lock.
  void for_each(std::int64_t until, const std::function<void(const VariantRow&)>& visit) const;

  struct Totals {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
  };
  Totals totals() const;

 private:
  // A map rather than a hash table: it never stops to grow while a loop waits.
  struct Known {
    Entry entry;
    bool is_touched = false;
  };
  using Entries = std::map<VariantKey, Known>;
  using Use = std::pair<std::int64_t, const VariantKey*>;

  bool has_room_locked(std::uint64_t bytes) const;
  void erase_locked(Entries::iterator position);
  void move_use(Entries::value_type& known, std::int64_t used);
  std::vector<VariantRow> slice(Use& after, std::int64_t until) const;

  const std::uint64_t budget_;
  const std::size_t most_;
  mutable std::mutex mutex_;
  Entries entries_;
  std::set<Use> by_use_;  // of those that have a file
  std::vector<VariantKey> touched_;
  std::vector<VariantRow> lost_;
  std::uint64_t bytes_ = 0;
  std::uint64_t reserved_ = 0;
};

}  // namespace frontis::media
