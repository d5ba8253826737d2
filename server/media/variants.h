// The variants that press has made: which content is there in which coding, and the way to its
// bytes. Known in memory to all loops, on disk by the index; the bytes lie in STATE/variants under
// the digest of the content, so a variant can be missing but never stale, and none is handed out
// before its own digest has been compared. Bounded by press.size: what was used longest ago goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/log.h"
#include "base/result.h"
#include "media/asset.h"
#include "media/content_store.h"
#include "media/index.h"
#include "media/variant_key.h"
#include "media/variant_table.h"

namespace frontis::media {

class Variants {
 public:
  // `index` may be null: then nothing is known, and nothing can be put. It outlives this.
  // `folder` is STATE/variants; `budget` in bytes; `clock` gives seconds since 1970.
  Variants(std::filesystem::path folder, std::uint64_t budget, Index* index, Log& log,
           std::function<std::int64_t()> clock = wall_seconds);
  Variants(const Variants&) = delete;
  Variants& operator=(const Variants&) = delete;

  bool is_active() const { return index_ != nullptr; }

  // unknown: nobody has tried. useless: tried, and not smaller enough. unchecked: there, and too
  // large to be read on a loop; nobody has compared its digest yet. ready.
  using Standing = VariantTable::Standing;
  // --- for loops: memory only, but for take() ---
  [[nodiscard]] Standing standing(const VariantKey& key) const;
  // Of the coded bytes; 0 when there are none.
  [[nodiscard]] std::uint64_t size_of(const VariantKey& key) const;
  // Opens a ready one; small ones are read and compared here. None when it is not ready, or when
  // it turned out to be missing or damaged: it is then `unknown` again, and the log says why.
  [[nodiscard]] std::optional<CodedFile> take(const VariantKey& key);
  // Opens the file of a variant that was taken before. Null unless it still is the same.
  [[nodiscard]] std::shared_ptr<const Descriptor> open(const std::string& file,
                                                       const Identity& identity) const;

  // --- for press threads ---
  // Compares an unchecked one with its digest: it is `ready` afterwards, or `unknown`.
  void check(const VariantKey& key);
  // Keeps coded bytes. Makes room first by dropping what was used longest ago, never anything
  // used in the last hour; errors: exhausted when there is no room then, io for the disk.
  [[nodiscard]] Result<void> put(const VariantKey& key, std::string_view coded);
  void put_useless(const VariantKey& key);
  // A file that lies there without a row (the index was lost): true when it was compared by
  // decoding and is known again. `size` is that of the content.
  bool adopt(const VariantKey& key, std::uint64_t size);
  // Whether so many bytes would fit without dropping anything: press's rounds stop here, so that
  // they do not drive out what visitors use.
  bool has_room(std::uint64_t bytes) const;
  // Writes what was used, drops rows and files that lead nowhere. Now and then.
  void tend();

  using Totals = VariantTable::Totals;  // files, bytes
  Totals totals() const;

 private:
  using Entry = VariantTable::Entry;

  void learn(const VariantRow& row);
  void remember(const VariantKey& key, const Entry& entry);
  std::optional<Found> find(const VariantKey& key, const Entry& entry);
  void lose_damaged(const VariantKey& key, const Entry& entry);
  bool make_room(std::uint64_t bytes);
  void drop(const VariantRow& row);

  void write_uses();
  void bury_lost();
  void learn_foreign();
  void restore_rows();
  void drop_missing();
  void drop_orphans();
  std::string path_of(const VariantKey& key) const;

  const ContentStore store_;
  const std::uint64_t budget_;
  Index* const index_;
  Log& log_;
  const std::function<std::int64_t()> clock_;
  const std::int64_t began_;
  mutable VariantTable table_;
  // Held by press threads while they change index and table together. Never by a loop.
  std::mutex rows_mutex_;
  std::int64_t seen_changes_ = 0;  // of the index, by other processes
  std::int64_t uses_written_ = 0;  // seconds since 1970; of whoever tends
};

}  // namespace frontis::media
