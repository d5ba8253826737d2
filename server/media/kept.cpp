#include "media/kept.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace frontis::media {

namespace {

constexpr std::int64_t hour = 3600;
constexpr std::size_t most_kept = 1'000'000;

std::string name_of(const Sha256& content) { return ContentStore::name_of(content, ""); }

// A time that lies ahead (the clock was set back) would keep its version for ever.
KeptTable read_table(Index& index, std::int64_t now) {
  KeptTable table;
  for (KeptRow& row : index.kept(most_kept)) {
    row.seen = std::min(row.seen, now);
    table.put(row);
  }
  return table;
}

}  // namespace

Kept::Kept(std::filesystem::path folder, const config::KeepSettings& settings, Index* index,
           Log& log, std::function<std::int64_t()> clock)
    : store_(std::move(folder)),
      settings_(settings),
      index_(index),
      log_(log),
      clock_(std::move(clock)) {
  if (index_ == nullptr) return;
  seen_changes_ = index_->foreign_changes();  // before reading: what is written now is seen later
  table_ = read_table(*index_, clock_());
}

bool Kept::is_expired(const KeptRow& row, std::int64_t now) const {
  return now - row.seen >= settings_.time.count();
}

std::optional<KeptRow> Kept::row_of(std::string_view url) const {
  const std::lock_guard lock(mutex_);
  const KeptRow* row = table_.find(url);
  return row == nullptr ? std::nullopt : std::optional(*row);
}

bool Kept::holds(const Sha256& content) const {
  const std::lock_guard lock(mutex_);
  return table_.holds(content);
}

std::optional<Kept::Version> Kept::find(std::string_view url) const {
  const std::int64_t now = clock_();
  const std::lock_guard lock(mutex_);
  const KeptRow* row = table_.find(url);
  if (row == nullptr || is_expired(*row, now)) return std::nullopt;
  return Version{row->content, row->size, row->by_list};
}

Result<Found> Kept::open(const Sha256& content) const { return store_.find(name_of(content)); }

Result<Identity> Kept::identify(const Sha256& content) const {
  return store_.identify(name_of(content));
}

bool Kept::is_wanted(std::string_view url, const Sha256& content) const {
  if (!is_active()) return false;
  const std::int64_t now = clock_();
  const std::lock_guard lock(mutex_);
  const KeptRow* row = table_.find(url);
  return row == nullptr || row->content != content || row->seen <= now - hour;
}

std::vector<Sha256> Kept::earlier(std::string_view logical, const Sha256& content,
                                  std::size_t most) const {
  const std::lock_guard lock(mutex_);
  return table_.earlier(logical, content, most);
}

void Kept::keep(const Seen& seen) {
  if (!is_active()) return;
  const KeptRow row{seen.url,           seen.logical, seen.content,
                    seen.identity.size, seen.by_list, clock_()};
  {
    const std::lock_guard rows(rows_mutex_);
    if (holds(row.content) && has_copy(row)) return remember(row);
  }
  if (!make_room(row.size)) {
    return log_.once_a_minute(
        "kept full", Log::Level::warning,
        fmt::format("{} is not kept for after a deploy: there is no room for its {} bytes in {}, "
                    "where nothing may go that was seen in the last two hours; raise keep_size",
                    row.url, row.size, store_.folder().string()));
  }
  const auto copied = store_.put_copy(name_of(row.content), seen.file, seen.identity, row.content);
  release(row.size);
  if (!copied) {
    return log_.once_a_minute(
        "kept failed", Log::Level::warning,
        fmt::format("{} is not kept for after a deploy: {}", row.url, copied.error().message));
  }
  const std::lock_guard rows(rows_mutex_);
  if (has_copy(row)) remember(row);
}

bool Kept::has_copy(const KeptRow& row) const {
  const auto there = identify(row.content);
  return there && there->size == row.size;
}

void Kept::remember(const KeptRow& row) {
  const auto before = row_of(row.url);
  index_->put_kept(row);
  {
    const std::lock_guard lock(mutex_);
    table_.put(row);
  }
  if (before && !holds(before->content)) store_.remove(name_of(before->content));
}

// The rows go first: a copy that no row leads to is found by the next tend().
void Kept::drop(const std::vector<KeptRow>& rows) {
  if (rows.empty()) return;
  std::vector<std::string> urls;
  for (const KeptRow& row : rows) {
    urls.push_back(row.url);
    const std::lock_guard lock(mutex_);
    table_.erase(row.url);
  }
  index_->erase_kept(urls);
  for (const KeptRow& row : rows) {
    if (!holds(row.content)) store_.remove(name_of(row.content));
  }
}

// Sets the room aside, too.
bool Kept::make_room(std::uint64_t bytes) {
  constexpr std::int64_t protected_seconds = 2 * hour;
  if (bytes > settings_.size) return false;
  for (;;) {
    const std::lock_guard rows(rows_mutex_);
    std::optional<KeptRow> oldest;
    {
      const std::lock_guard lock(mutex_);
      const bool has_room = table_.bytes() + reserved_ + bytes <= settings_.size;
      if (has_room && table_.size() < most_kept) {
        reserved_ += bytes;
        return true;
      }
      const KeptRow* first = table_.seen_first();
      if (first == nullptr || first->seen > clock_() - protected_seconds) return false;
      oldest = *first;
    }
    drop({*oldest});
  }
}

void Kept::release(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  reserved_ -= bytes;
}

void Kept::forget(const Sha256& content) {
  if (index_ == nullptr) return;
  const std::lock_guard held(rows_mutex_);
  std::vector<KeptRow> rows;
  {
    const std::lock_guard lock(mutex_);
    for (const std::string& url : table_.urls_of(content)) rows.push_back(*table_.find(url));
  }
  drop(rows);
  store_.remove(name_of(content));
  log_.once_a_minute(
      "kept damaged", Log::Level::warning,
      fmt::format("{} did not hold what was copied there and was deleted{}: look for a failing "
                  "disk, or for who else writes to that folder",
                  (store_.folder() / name_of(content)).string(),
                  rows.empty() ? "" : "; it was kept for " + rows.front().url));
}

void Kept::tend() {
  if (index_ == nullptr) return;
  read_again();
  drop_expired();
  drop_missing();
  if (make_room(0)) release(0);  // keep_size may be smaller than it was
  drop_orphans();
  store_.sweep(clock_());
}

void Kept::read_again() {
  const std::lock_guard rows(rows_mutex_);
  const std::int64_t changes = index_->foreign_changes();
  const bool has_changed = changes != std::exchange(seen_changes_, changes);
  if (!has_changed && !index_->kept(1).empty()) return;
  KeptTable fresh = read_table(*index_, clock_());
  if (fresh.size() == 0) return restore_rows();
  const std::lock_guard lock(mutex_);
  std::swap(table_, fresh);
}

// The index was damaged or taken away while we ran, and begun anew: we still know. (If instead
// the last row was purged, its copy has gone, and drop_missing() follows.)
void Kept::restore_rows() {
  std::vector<KeptRow> rows;
  {
    const std::lock_guard lock(mutex_);
    rows = table_.rows();
  }
  for (const KeptRow& row : rows) {
    if (has_copy(row)) index_->put_kept(row);
  }
}

void Kept::drop_expired() {
  const std::int64_t now = clock_();
  for (;;) {
    const std::lock_guard rows(rows_mutex_);
    std::optional<KeptRow> oldest;
    {
      const std::lock_guard lock(mutex_);
      if (const KeptRow* first = table_.seen_first()) oldest = *first;
    }
    if (!oldest || !is_expired(*oldest, now)) return;
    drop({*oldest});
  }
}

void Kept::drop_missing() {
  constexpr std::size_t most_at_once = 64;
  std::size_t count = 0;
  std::string last;
  for (;;) {
    const std::lock_guard held(rows_mutex_);
    std::vector<KeptRow> rows;
    {
      const std::lock_guard lock(mutex_);
      rows = table_.after(last, most_at_once);
    }
    if (rows.empty()) break;
    last = rows.back().url;
    std::erase_if(rows, [this](const KeptRow& row) { return has_copy(row); });
    count += rows.size();
    drop(rows);
  }
  if (count == 0) return;
  log_.info(
      "the copies of {} kept versions have gone from {} or are not whole; they are copied "
      "again while their files are there",
      count, store_.folder().string());
}

void Kept::drop_orphans() {
  const std::int64_t now = clock_();
  store_.for_each([&](const std::string& name, std::uint64_t, std::int64_t changed) {
    if (changed >= now - hour) return;
    const auto named = ContentStore::parse(name);
    if (!named || !named->suffix.empty() || !holds(named->digest)) store_.remove(name);
  });
}

std::vector<KeptRow> Kept::list() const {
  const std::lock_guard lock(mutex_);
  return table_.rows();
}

bool Kept::purge(std::string_view url) {
  if (index_ == nullptr) return false;
  const std::lock_guard rows(rows_mutex_);
  const auto row = row_of(url);
  if (!row) return false;
  drop({*row});
  return true;
}

}  // namespace frontis::media
