#include "media/variant_table.h"

#include <limits>

#include "media/asset.h"

namespace frontis::media {

bool VariantTable::Entry::is_large() const { return size > kept_in_memory; }

VariantTable::Standing VariantTable::Entry::standing() const {
  if (size == 0) return Standing::useless;
  return is_large() && !compared ? Standing::unchecked : Standing::ready;
}

VariantRow VariantTable::row_of(const VariantKey& key, const Entry& entry) {
  return {key.content, key.coding, key.dictionary, entry.size, entry.own_digest, entry.used};
}

std::optional<VariantTable::Entry> VariantTable::find(const VariantKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto position = entries_.find(key);
  if (position == entries_.end()) return std::nullopt;
  return position->second.entry;
}

void VariantTable::put(const VariantKey& key, const Entry& entry) {
  const std::lock_guard lock(mutex_);
  if (const auto old = entries_.find(key); old != entries_.end()) erase_locked(old);
  const auto position = entries_.emplace(key, Known{entry}).first;
  if (entry.size == 0) return;
  by_use_.emplace(entry.used, &position->first);
  bytes_ += entry.size;
}

void VariantTable::erase(const VariantKey& key) {
  const std::lock_guard lock(mutex_);
  const auto position = entries_.find(key);
  if (position != entries_.end()) erase_locked(position);
}

void VariantTable::erase_locked(Entries::iterator position) {
  const Entry& entry = position->second.entry;
  bytes_ -= entry.size;
  by_use_.erase({entry.used, &position->first});
  entries_.erase(position);
}

void VariantTable::touch(const VariantKey& key, std::int64_t now) {
  const std::lock_guard lock(mutex_);
  const auto position = entries_.find(key);
  if (position == entries_.end() || position->second.entry.used >= now) return;
  move_use(*position, now);
  if (position->second.is_touched) return;
  position->second.is_touched = true;
  touched_.push_back(key);
}

void VariantTable::note_use(const VariantKey& key, std::int64_t used) {
  const std::lock_guard lock(mutex_);
  const auto position = entries_.find(key);
  if (position == entries_.end() || position->second.entry.used >= used) return;
  move_use(*position, used);
}

void VariantTable::move_use(Entries::value_type& known, std::int64_t used) {
  auto node = by_use_.extract({known.second.entry.used, &known.first});
  known.second.entry.used = used;
  if (node.empty()) return;
  node.value().first = used;
  by_use_.insert(std::move(node));
}

void VariantTable::set_compared(const VariantKey& key, const Sha256& own_digest,
                                const std::optional<Identity>& identity) {
  const std::lock_guard lock(mutex_);
  const auto position = entries_.find(key);
  if (position == entries_.end() || position->second.entry.own_digest != own_digest) return;
  position->second.entry.compared = identity;
}

void VariantTable::lose(const VariantKey& key, const Entry& entry) {
  const std::lock_guard lock(mutex_);
  const auto position = entries_.find(key);
  if (position == entries_.end()) return;
  if (position->second.entry.own_digest != entry.own_digest) return;
  erase_locked(position);
  lost_.push_back(row_of(key, entry));
}

void VariantTable::note_lost(const VariantRow& row) {
  const std::lock_guard lock(mutex_);
  lost_.push_back(row);
}

std::vector<VariantRow> VariantTable::take_touched() {
  std::vector<VariantKey> keys;
  {
    const std::lock_guard lock(mutex_);
    keys.swap(touched_);
  }
  std::vector<VariantRow> rows;
  for (const VariantKey& key : keys) {
    const std::lock_guard lock(mutex_);
    const auto position = entries_.find(key);
    if (position == entries_.end()) continue;
    position->second.is_touched = false;
    rows.push_back(row_of(key, position->second.entry));
  }
  return rows;
}

std::vector<VariantRow> VariantTable::take_lost() {
  std::vector<VariantRow> rows;
  const std::lock_guard lock(mutex_);
  rows.swap(lost_);
  return rows;
}

bool VariantTable::has_room(std::uint64_t bytes) const {
  const std::lock_guard lock(mutex_);
  return has_room_locked(bytes);
}

bool VariantTable::has_room_locked(std::uint64_t bytes) const {
  const std::uint64_t taken = bytes_ + reserved_;
  return taken <= budget_ && bytes <= budget_ - taken && entries_.size() < most_;
}

bool VariantTable::reserve(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (!has_room_locked(bytes)) return false;
  reserved_ += bytes;
  return true;
}

void VariantTable::release(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  reserved_ -= bytes;
}

std::optional<VariantRow> VariantTable::remove_oldest(std::int64_t before) {
  const std::lock_guard lock(mutex_);
  if (by_use_.empty() || by_use_.begin()->first >= before) return std::nullopt;
  const auto position = entries_.find(*by_use_.begin()->second);
  const VariantRow row = row_of(position->first, position->second.entry);
  erase_locked(position);
  return row;
}

void VariantTable::for_each(std::int64_t until,
                            const std::function<void(const VariantRow&)>& visit) const {
  Use after{std::numeric_limits<std::int64_t>::min(), nullptr};
  for (;;) {
    const auto rows = slice(after, until);
    if (rows.empty()) return;
    for (const VariantRow& row : rows) visit(row);
  }
}

// What is used meanwhile moves behind `until`, so this ends.
std::vector<VariantRow> VariantTable::slice(Use& after, std::int64_t until) const {
  constexpr std::size_t most_at_once = 64;
  std::vector<VariantRow> rows;
  rows.reserve(most_at_once);
  const std::lock_guard lock(mutex_);
  for (auto use = by_use_.upper_bound(after); use != by_use_.end(); ++use) {
    if (use->first > until || rows.size() == most_at_once) break;
    after = *use;
    rows.push_back(row_of(*use->second, entries_.find(*use->second)->second.entry));
  }
  return rows;
}

VariantTable::Totals VariantTable::totals() const {
  const std::lock_guard lock(mutex_);
  return {by_use_.size(), bytes_};
}

}  // namespace frontis::media
