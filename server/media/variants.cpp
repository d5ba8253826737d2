#include "media/variants.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/file_bytes.h"
#include "media/inspection.h"
#include "media/sibling.h"

namespace frontis::media {

namespace {

constexpr std::int64_t hour = 3600;
constexpr std::size_t most_known = 1'000'000;

// What was of no use is tried again some day: content comes and goes, and coders get better.
bool is_outdated(const VariantRow& row, std::int64_t now) {
  constexpr std::int64_t most_days = 90;
  return row.size == 0 && row.used < now - most_days * 24 * hour;
}

// The first `size` bytes; none when there are not as many, or they cannot be read.
std::shared_ptr<const std::string> read_bytes(int file, std::uint64_t size) {
  auto bytes = std::make_shared<std::string>(static_cast<std::size_t>(size), '\0');
  return read_at(file, *bytes, 0) == bytes->size() ? bytes : nullptr;
}

}  // namespace

Variants::Variants(std::filesystem::path folder, std::uint64_t budget, Index* index, Log& log,
                   std::function<std::int64_t()> clock)
    : store_(std::move(folder)),
      budget_(budget),
      index_(index),
      log_(log),
      clock_(std::move(clock)),
      began_(clock_()),
      table_(budget, most_known) {
  if (!is_active()) return;
  seen_changes_ = index_->foreign_changes();  // before reading: what is written now is seen later
  for (const VariantRow& row : index_->variants(most_known)) learn(row);
}

// A time that lies ahead (the clock was set back) would keep its variant for ever.
void Variants::learn(const VariantRow& row) {
  const VariantKey key = VariantTable::key_of(row);
  const std::int64_t now = clock_();
  if (is_outdated(row, now) || file_of(key).empty()) return table_.note_lost(row);
  const std::int64_t used = std::min(row.used, now);
  const auto known = table_.find(key);
  if (known && known->size == row.size && known->own_digest == row.own_digest) {
    return table_.note_use(key, used);
  }
  table_.put(key, {row.size, row.own_digest, used, std::nullopt});
}

Variants::Standing Variants::standing(const VariantKey& key) const {
  const auto entry = table_.find(key);
  return entry ? entry->standing() : Standing::unknown;
}

std::uint64_t Variants::size_of(const VariantKey& key) const {
  const auto entry = table_.find(key);
  return entry ? entry->size : 0;
}

std::optional<CodedFile> Variants::take(const VariantKey& key) {
  const auto entry = table_.find(key);
  if (!entry || entry->standing() != Standing::ready) return std::nullopt;
  const auto found = find(key, *entry);
  if (!found) return std::nullopt;
  CodedFile coded{key.coding,        Place::variants, file_of(key),  found->identity,
                  entry->own_digest, nullptr,         key.dictionary};
  if (entry->is_large()) {
    // Another file than was compared: it may be as good, but that is for press to find out.
    if (found->identity != entry->compared) {
      table_.set_compared(key, entry->own_digest, std::nullopt);
      return std::nullopt;
    }
  } else {
    coded.bytes = read_bytes(found->file->number(), entry->size);
    const bool is_whole = coded.bytes != nullptr && found->identity.size == entry->size &&
                          sha256(*coded.bytes) == entry->own_digest;
    if (!is_whole) {
      lose_damaged(key, *entry);
      return std::nullopt;
    }
  }
  table_.touch(key, clock_());
  return coded;
}

// None, and the log says why, when its file cannot be opened. It is lost then, unless only
// descriptors are short.
std::optional<Found> Variants::find(const VariantKey& key, const Entry& entry) {
  auto found = store_.find(file_of(key));
  if (found) return std::move(*found);
  const Error& error = found.error();
  if (error.kind == ErrorKind::exhausted) {
    log_.once_a_minute("variant exhausted", Log::Level::warning,
                       error.message + ": raise LimitNOFILE, or ulimit -n");
    return std::nullopt;
  }
  table_.lose(key, entry);
  if (error.kind == ErrorKind::not_found) {
    log_.once_a_minute("variant missing", Log::Level::info,
                       path_of(key) + " has gone; it will be made again");
  } else {
    log_.once_a_minute("variant unreadable", Log::Level::warning,
                       error.message + "; it will be made again");
  }
  return std::nullopt;
}

// The file stays: another process may just have put a better one there. The next put() replaces
// it, or tend() removes it when the index knows of no other either.
void Variants::lose_damaged(const VariantKey& key, const Entry& entry) {
  table_.lose(key, entry);
  log_.once_a_minute(
      "variant damaged", Log::Level::warning,
      fmt::format("{} does not hold what was written there: it was not served and will be made "
                  "again; look for a failing disk, or for who else writes to {}",
                  path_of(key), store_.folder().string()));
}

std::shared_ptr<const Descriptor> Variants::open(const std::string& file,
                                                 const Identity& identity) const {
  const auto found = store_.find(file);
  if (!found || found->identity != identity) return nullptr;
  if (const auto key = key_of_file(file)) table_.touch(*key, clock_());
  return found->file;
}

void Variants::check(const VariantKey& key) {
  const auto entry = table_.find(key);
  if (!entry || entry->standing() != Standing::unchecked) return;
  const auto found = find(key, *entry);
  if (!found) return;
  if (found->identity.size != entry->size) return lose_damaged(key, *entry);
  const auto inspected = inspect(found->file->number(), found->identity, {});
  // Replaced while it was read: whoever asked for it asks again.
  if (!inspected && identity_of(found->file->number()) != found->identity) return;
  if (!inspected || inspected->digest != entry->own_digest) return lose_damaged(key, *entry);
  table_.set_compared(key, entry->own_digest, found->identity);
}

Result<void> Variants::put(const VariantKey& key, std::string_view coded) {
  if (!is_active())
    return fail(ErrorKind::io, "there is no state folder for variants: set 'state'");
  const std::string file = file_of(key);
  if (file.empty() || coded.empty()) return fail(ErrorKind::invalid, "that is no variant");
  if (!make_room(coded.size())) {
    const Totals now = totals();
    return fail(ErrorKind::exhausted,
                fmt::format("there is no room for {} more bytes in {}: {} of {} are taken by what "
                            "was used within the hour; raise press.size",
                            coded.size(), store_.folder().string(), now.bytes, budget_));
  }
  auto put = store_.put(file, coded);
  if (put) remember(key, {coded.size(), sha256(coded), clock_(), std::nullopt});
  table_.release(coded.size());
  // What the disk gives back is read once more, so that a large one is ready at once.
  if (put) check(key);
  return put;
}

void Variants::put_useless(const VariantKey& key) {
  const std::string file = file_of(key);
  if (!is_active() || file.empty()) return;
  remember(key, {0, {}, clock_(), std::nullopt});
  store_.remove(file);
}

bool Variants::adopt(const VariantKey& key, std::uint64_t size) {
  if (!is_active()) return false;
  const Standing known = standing(key);
  if (known != Standing::unknown) return known != Standing::useless;
  const auto found = store_.find(file_of(key));
  if (!found || found->identity.size == 0) return false;
  const int file = found->file->number();
  const auto proof = prove_sibling(file, key.coding, size, key.content);
  if (!proof || !proof->same || identity_of(file) != found->identity) return false;
  if (!make_room(found->identity.size)) return false;
  remember(key, {found->identity.size, proof->own_digest, clock_(), found->identity});
  table_.release(found->identity.size);
  return true;
}

void Variants::remember(const VariantKey& key, const Entry& entry) {
  const std::lock_guard lock(rows_mutex_);
  index_->put_variant(VariantTable::row_of(key, entry));
  table_.put(key, entry);
}

bool Variants::has_room(std::uint64_t bytes) const { return is_active() && table_.has_room(bytes); }

// Sets the room aside, too.
bool Variants::make_room(std::uint64_t bytes) {
  if (bytes > budget_) return false;
  while (!table_.reserve(bytes)) {
    const auto oldest = table_.remove_oldest(clock_() - hour);
    if (!oldest) return false;
    drop(*oldest);
  }
  return true;
}

// The file goes first: a row that leads nowhere is found out, a file without a row costs space.
void Variants::drop(const VariantRow& row) {
  const VariantKey key = VariantTable::key_of(row);
  const std::lock_guard lock(rows_mutex_);
  if (table_.find(key)) return;  // made again meanwhile
  store_.remove(file_of(key));
  index_->erase_variant(row);
}

void Variants::tend() {
  if (!is_active()) return;
  write_uses();
  bury_lost();
  learn_foreign();
  restore_rows();
  drop_missing();
  if (make_room(0)) table_.release(0);  // the budget may be smaller than it was
  drop_orphans();
  store_.sweep(clock_());
}

// Not each time: a write has other processes tend their part as well, which would have us tend
// ours again.
void Variants::write_uses() {
  constexpr std::int64_t pause = 600;
  const std::int64_t now = clock_();
  if (now >= uses_written_ && now - uses_written_ < pause) return;
  uses_written_ = now;
  if (const auto touched = table_.take_touched(); !touched.empty()) index_->set_used(touched);
}

void Variants::bury_lost() {
  for (const VariantRow& lost : table_.take_lost()) {
    const VariantKey key = VariantTable::key_of(lost);
    const std::lock_guard lock(rows_mutex_);
    if (table_.find(key)) continue;  // made again meanwhile
    const auto row = index_->variant(key.content, key.coding, key.dictionary);
    if (!row) continue;
    if (row->own_digest != lost.own_digest) {  // another process has made it
      learn(*row);
      continue;
    }
    store_.remove(file_of(key));
    index_->erase_variant(*row);
  }
}

void Variants::learn_foreign() {
  const std::lock_guard lock(rows_mutex_);
  const std::int64_t changes = index_->foreign_changes();
  if (changes == seen_changes_) return;
  seen_changes_ = changes;
  for (const VariantRow& row : index_->variants(most_known)) learn(row);
}

// The index was damaged or taken away while we ran, and begun anew: we still know.
void Variants::restore_rows() {
  if (totals().files == 0 || !index_->variants(1).empty()) return;
  table_.for_each(clock_(), [this](const VariantRow& row) {
    const std::lock_guard lock(rows_mutex_);
    if (table_.find(VariantTable::key_of(row))) index_->put_variant(row);
  });
}

void Variants::drop_missing() {
  std::size_t count = 0;
  table_.for_each(clock_(), [&](const VariantRow& row) {
    const VariantKey key = VariantTable::key_of(row);
    const auto is_missing = [&] {
      const auto there = store_.identify(file_of(key));
      return !there && there.error().kind == ErrorKind::not_found;
    };
    if (!is_missing()) return;
    const std::lock_guard lock(rows_mutex_);
    if (!is_missing()) return;
    table_.erase(key);
    index_->erase_variant(row);
    ++count;
  });
  if (count == 0) return;
  log_.info("{} variants have gone from {}; they will be made again when they are wanted", count,
            store_.folder().string());
}

// Not within the hour after the start: what an index that was lost led to may yet be adopted.
void Variants::drop_orphans() {
  const std::int64_t now = clock_();
  store_.for_each([&](const std::string& file, std::uint64_t, std::int64_t changed) {
    if (std::max(changed, began_) >= now - hour) return;
    const auto key = key_of_file(file);
    const auto entry = key ? table_.find(*key) : std::nullopt;
    if (!entry || entry->standing() == Standing::useless) store_.remove(file);
  });
}

Variants::Totals Variants::totals() const { return table_.totals(); }

std::string Variants::path_of(const VariantKey& key) const {
  return store_.folder() / file_of(key);
}

}  // namespace frontis::media
