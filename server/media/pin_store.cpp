#include "media/pin_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/clock.h"

namespace frontis::media {

namespace {

bool read_pins(Database& database, std::size_t most, PinnedContents& pinned) {
  Statement statement;
  if (!database.prepare("SELECT url, sha256 FROM pins", statement)) return false;
  Query rows(statement);
  while (pinned.size() < most) {
    if (!rows.next()) return rows.is_at_end();
    const std::string_view url = rows.text(0);
    const auto content = rows.digest(1);
    if (url.data() == nullptr || !content) {
      database.note_damage("a pin that holds no SHA-256");
      return false;
    }
    pinned.emplace(url, *content);
  }
  return true;
}

}  // namespace

PinStore::PinStore(std::filesystem::path file, Press& press, Log& log)
    : file_(std::move(file)), press_(press), log_(log) {}

Result<std::shared_ptr<PinStore>> PinStore::open(const std::filesystem::path& state, Press& press,
                                                 Log& log, std::size_t most,
                                                 PinnedContents& pinned) {
  std::shared_ptr<PinStore> store(new PinStore(state / "pins.sqlite3", press, log));
  const Database::Form form{store->file_, 1,
                            "CREATE TABLE IF NOT EXISTS pins (url TEXT PRIMARY KEY,"
                            " sha256 BLOB NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;",
                            "so names that are trusted by their pin are pinned anew, to what "
                            "they hold now"};
  auto database = Database::open(form, log, [&](Database& opened) {
    pinned.clear();
    return read_pins(opened, most, pinned);
  });
  if (!database) {
    pinned.clear();
    return tl::unexpected(database.error());
  }
  store->database_ = std::move(*database);
  return store;
}

void PinStore::save(std::string_view url, const Sha256& content) {
  {
    const std::lock_guard lock(waiting_mutex_);
    if (is_broken_) return;
    waiting_.push_back({std::string(url), content, wall_seconds()});
    if (!is_time_to_flush()) return;
    is_scheduled_ = true;
  }
  // The job holds the store alive: it may run after its owner has gone.
  const bool is_taken =
      press_.submit(Press::Urgency::soon, [store = shared_from_this()] { store->flush(); });
  if (is_taken) return;
  const std::lock_guard lock(waiting_mutex_);
  is_scheduled_ = false;
}

bool PinStore::is_time_to_flush() {
  return !is_scheduled_ && std::chrono::steady_clock::now() >= retry_at_;
}

void PinStore::flush() {
  const std::lock_guard writing(database_mutex_);
  std::vector<Pin> batch;
  {
    const std::lock_guard lock(waiting_mutex_);
    batch.swap(waiting_);
    is_scheduled_ = false;
  }
  if (batch.empty() || database_ == nullptr) return;
  if (write(batch)) return;
  const auto failure = database_->take_failure();
  const std::string why = failure ? failure->why : "out of memory";
  if (failure && failure->is_damage()) return give_up(why);
  log_.once_a_minute("pins not written", Log::Level::error,
                     fmt::format("{} pins cannot be written to {} ({}) and are kept in memory: "
                                 "make room on the disk and the file writable; they are tried "
                                 "again with the next pin, from a minute on",
                                 batch.size(), file_.string(), why));
  keep_waiting(std::move(batch));
}

bool PinStore::write(const std::vector<Pin>& pins) {
  Statement statement;
  return database_->prepare("INSERT OR IGNORE INTO pins VALUES (?1, ?2, ?3)", statement) &&
         database_->in_transaction([&] {
           return std::all_of(pins.begin(), pins.end(), [&](const Pin& pin) {
             return Query(statement).bind(pin.url).bind(pin.content).bind(pin.seen).run();
           });
         });
}

// What failed comes before what has been pinned since.
void PinStore::keep_waiting(std::vector<Pin> batch) {
  const std::lock_guard lock(waiting_mutex_);
  batch.insert(batch.end(), std::make_move_iterator(waiting_.begin()),
               std::make_move_iterator(waiting_.end()));
  waiting_ = std::move(batch);
  retry_at_ = std::chrono::steady_clock::now() + std::chrono::minutes(1);
}

void PinStore::give_up(const std::string& why) {
  log_.error(
      "{} has been damaged while it was in use ({}): new pins are kept in memory only; the "
      "next start moves the file aside and begins a new one",
      file_.string(), why);
  database_.reset();
  const std::lock_guard lock(waiting_mutex_);
  is_broken_ = true;
  waiting_.clear();
}

}  // namespace frontis::media
