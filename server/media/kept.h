// Versions of fingerprinted files that have been seen, so that they stay answerable after a
// deploy has taken them away: pages that visitors have open still ask for them. Copies lie in
// STATE/kept under the digest of their content. Known in memory to all loops; bounded by `keep`
// (time since it was last in its root) and `keep_size`. One for the whole server.
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
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "config/settings.h"
#include "media/content_store.h"
#include "media/index.h"
#include "media/kept_table.h"

namespace frontis::media {

class Kept {
 public:
  // `index` may be null: then nothing is kept. It outlives this. `folder` is STATE/kept; `clock`
  // gives seconds since 1970.
  Kept(std::filesystem::path folder, const config::KeepSettings& settings, Index* index, Log& log,
       std::function<std::int64_t()> clock = wall_seconds);
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  struct Version {
    Sha256 content{};
    std::uint64_t size = 0;
    bool by_list = false;  // see KeptRow
  };

  // --- for loops: memory only, but for open() ---
  [[nodiscard]] std::optional<Version> find(std::string_view url) const;
  // The copy of this content. Errors as ContentStore::find(). Its digest is the caller's to
  // compare; one that does not fit is forget()'s.
  [[nodiscard]] Result<Found> open(const Sha256& content) const;
  [[nodiscard]] Result<Identity> identify(const Sha256& content) const;
  // Whether keep() has something to do: it is not kept yet, or was seen long ago (an hour).
  [[nodiscard]] bool is_wanted(std::string_view url, const Sha256& content) const;
  // Contents kept under the same logical name, other than `content`: seen last first, at most
  // `most`. For deltas.
  [[nodiscard]] std::vector<Sha256> earlier(std::string_view logical, const Sha256& content,
                                            std::size_t most) const;

  // Whether something of this size could be kept at all.
  [[nodiscard]] bool has_room_for(std::uint64_t size) const {
    return index_ != nullptr && settings_.time.count() > 0 && size <= settings_.size;
  }

  // --- for press threads ---
  struct Seen {
    std::string url;
    std::string logical;  // see KeptRow
    Sha256 content{};
    bool by_list = false;
    Identity identity;  // of `file`
    int file = -1;      // open
  };
  // Copies it, if it is not there, and notes that it was seen. Makes room by dropping what was
  // seen longest ago, but nothing that was seen in the last two hours. A failure is said in the
  // log, once a minute.
  void keep(const Seen& seen);
  // A copy is damaged: it goes, and the log says so.
  void forget(const Sha256& content);
  // Drops what is past `keep`, and copies that no URL leads to. Reads the index again when another
  // process has written it. Now and then.
  void tend();

  // --- for the command ---
  [[nodiscard]] std::vector<KeptRow> list() const;  // seen last first
  // Takes one URL away ("www.example.org/static/app.38d674d0e73a.css"), and its copy when no other
  // leads to it. False when it was not kept.
  bool purge(std::string_view url);

 private:
  bool is_active() const { return index_ != nullptr && settings_.time.count() > 0; }
  bool is_expired(const KeptRow& row, std::int64_t now) const;
  std::optional<KeptRow> row_of(std::string_view url) const;
  bool holds(const Sha256& content) const;

  // These three while rows_mutex_ is held.
  bool has_copy(const KeptRow& row) const;
  void remember(const KeptRow& row);
  void drop(const std::vector<KeptRow>& rows);

  bool make_room(std::uint64_t bytes);
  void release(std::uint64_t bytes);
  void read_again();
  void restore_rows();
  void drop_expired();
  void drop_missing();
  void drop_orphans();

  const ContentStore store_;
  const config::KeepSettings settings_;
  Index* const index_;
  Log& log_;
  const std::function<std::int64_t()> clock_;
  // Held by press threads while they change index, table and copies together. Never by a loop.
  std::mutex rows_mutex_;
  mutable std::mutex mutex_;  // of what follows; taken after the other, for a few instructions
  KeptTable table_;
  std::uint64_t reserved_ = 0;     // bytes of copies that are being made
  std::int64_t seen_changes_ = 0;  // of the index, by other processes
};

}  // namespace frontis::media
