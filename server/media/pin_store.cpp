#include "media/pin_store.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>
#include <thread>
#include <utility>

#include "base/descriptor.h"

namespace frontis::media {

namespace {

constexpr int our_version = 1;
constexpr int newer_version = SQLITE_MISMATCH;  // of ours: a later Frontis wrote this file

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

int prepare(sqlite3* database, std::string_view text, Statement& into) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(database, text.data(), static_cast<int>(text.size()), &statement, nullptr);
  into.reset(statement);
  return code;
}

int execute(sqlite3* database, const char* text) {
  return sqlite3_exec(database, text, nullptr, nullptr, nullptr);
}

// What reading will not get over, ever. SQLITE_ERROR: a table of ours that is not as we made it.
bool is_damage(int code) {
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
}

std::int64_t seconds_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

// Two processes that start at once must not both move a damaged database aside: the second
// would take the new one of the first. The lock goes with the descriptor.
Result<Descriptor> lock_folder(const std::filesystem::path& state) {
  const std::string path = state / "pins.lock";
  Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock.is_open()) return fail_errno("cannot open " + path, errno);
  constexpr int most_tries = 500;
  for (int tries = 0; flock(lock.number(), LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (tries == most_tries) return fail_errno("another process holds " + path, errno);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return lock;
}

}  // namespace

void PinStore::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

PinStore::PinStore(std::filesystem::path file, Press& press, Log& log)
    : file_(std::move(file)), press_(press), log_(log) {}

Result<std::shared_ptr<PinStore>> PinStore::open(const std::filesystem::path& state, Press& press,
                                                 Log& log, std::size_t most,
                                                 PinnedContents& pinned) {
  std::error_code error;
  std::filesystem::create_directories(state, error);
  if (error) {
    return fail(ErrorKind::io, fmt::format("cannot make the state folder {} ({}): make it, "
                                           "writable for this user, or change 'state'",
                                           state.string(), error.message()));
  }
  const auto lock = lock_folder(state);
  if (!lock) {
    return fail(lock.error().kind,
                fmt::format("{}: make the state folder writable for this user, or change 'state'",
                            lock.error().message));
  }
  std::shared_ptr<PinStore> store(new PinStore(state / "pins.sqlite3", press, log));
  int code = store->open_and_read(most, pinned);
  if (is_damage(code) && store->move_aside()) {
    pinned.clear();
    code = store->open_and_read(most, pinned);
  }
  if (code == SQLITE_OK) return store;
  pinned.clear();
  const std::string why =
      code == newer_version ? "a newer version of Frontis wrote it" : store->fault();
  return fail(ErrorKind::io, fmt::format("cannot use {} ({}): make it and its folder writable for "
                                         "this user, or change 'state'",
                                         store->file_.string(), why));
}

int PinStore::open_and_read(std::size_t most, PinnedContents& pinned) {
  sqlite3* database = nullptr;
  int code =
      sqlite3_open_v2(file_.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(database);
  // For as long as another process may write; a stop waits no longer than this.
  constexpr int busy_milliseconds = 2000;
  if (code == SQLITE_OK) code = sqlite3_busy_timeout(database, busy_milliseconds);
  if (code == SQLITE_OK) code = execute(database, "PRAGMA journal_mode=WAL");
  if (code == SQLITE_OK) code = execute(database, "PRAGMA synchronous=NORMAL");
  if (code == SQLITE_OK) code = prepare_table();
  if (code == SQLITE_OK) code = read_pins(most, pinned);
  return code;
}

int PinStore::prepare_table() {
  Statement version;
  const int code = prepare(database_.get(), "PRAGMA user_version", version);
  if (code != SQLITE_OK) return code;
  const int stepped = sqlite3_step(version.get());
  if (stepped != SQLITE_ROW) return stepped;
  const int found = sqlite3_column_int(version.get(), 0);
  if (found == our_version) return SQLITE_OK;
  if (found != 0) return newer_version;
  version.reset();
  return execute(database_.get(),
                 "BEGIN IMMEDIATE;"
                 "CREATE TABLE IF NOT EXISTS pins (url TEXT PRIMARY KEY, sha256 BLOB NOT NULL,"
                 " seen INTEGER NOT NULL) WITHOUT ROWID;"
                 "PRAGMA user_version=1;"
                 "COMMIT");
}

int PinStore::read_pins(std::size_t most, PinnedContents& pinned) {
  Statement rows;
  const int code = prepare(database_.get(), "SELECT url, sha256 FROM pins", rows);
  if (code != SQLITE_OK) return code;
  int stepped = SQLITE_ROW;
  while (pinned.size() < most && (stepped = sqlite3_step(rows.get())) == SQLITE_ROW) {
    const auto* url = reinterpret_cast<const char*>(sqlite3_column_text(rows.get(), 0));
    const int url_size = sqlite3_column_bytes(rows.get(), 0);
    const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(rows.get(), 1));
    Sha256 content{};
    if (url == nullptr || bytes == nullptr ||
        sqlite3_column_bytes(rows.get(), 1) != static_cast<int>(content.size())) {
      return SQLITE_CORRUPT;
    }
    std::copy_n(bytes, content.size(), content.begin());
    pinned.emplace(std::string(url, static_cast<std::size_t>(url_size)), content);
  }
  return stepped == SQLITE_ROW || stepped == SQLITE_DONE ? SQLITE_OK : stepped;
}

// The journal goes first: were it left behind, it would be played into the new database.
bool PinStore::move_aside() {
  const std::string what = fault();
  database_.reset();
  std::error_code error;
  std::int64_t seconds = seconds_now();
  const auto name = [&] { return fmt::format("{}.damaged-{}", file_.string(), seconds); };
  while (std::filesystem::exists(name(), error)) ++seconds;
  for (const std::string suffix : {"-wal", "-shm", ""}) {
    std::filesystem::rename(file_.string() + suffix, name() + suffix, error);
  }
  if (error) return false;
  log_.error(
      "{} is damaged ({}) and was moved aside to {}; a new one is begun, so names that are "
      "trusted by their pin are pinned anew, to what they hold now",
      file_.string(), what, name());
  return true;
}

void PinStore::save(std::string_view url, const Sha256& content) {
  {
    const std::lock_guard lock(waiting_mutex_);
    if (is_broken_) return;
    waiting_.push_back({std::string(url), content, seconds_now()});
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
  const int code = write(batch);
  if (code == SQLITE_OK) return;
  const std::string why = fault();  // before the rollback forgets it
  execute(database_.get(), "ROLLBACK");
  if (is_damage(code)) return give_up(why);
  log_.once_a_minute("pins not written", Log::Level::error,
                     fmt::format("{} pins cannot be written to {} ({}) and are kept in memory: "
                                 "make room on the disk and the file writable; they are tried "
                                 "again with the next pin, from a minute on",
                                 batch.size(), file_.string(), why));
  keep_waiting(std::move(batch));
}

int PinStore::write(const std::vector<Pin>& pins) {
  int code = execute(database_.get(), "BEGIN IMMEDIATE");
  if (code == SQLITE_OK) code = insert(pins);
  if (code == SQLITE_OK) code = execute(database_.get(), "COMMIT");
  return code;
}

int PinStore::insert(const std::vector<Pin>& pins) {
  Statement row;
  const int code = prepare(database_.get(), "INSERT OR IGNORE INTO pins VALUES (?1, ?2, ?3)", row);
  if (code != SQLITE_OK) return code;
  for (const Pin& pin : pins) {
    sqlite3_bind_text(row.get(), 1, pin.url.data(), static_cast<int>(pin.url.size()),
                      SQLITE_STATIC);
    sqlite3_bind_blob(row.get(), 2, pin.content.data(), static_cast<int>(pin.content.size()),
                      SQLITE_STATIC);
    sqlite3_bind_int64(row.get(), 3, pin.seen);
    const int stepped = sqlite3_step(row.get());
    if (stepped != SQLITE_DONE) return stepped;
    sqlite3_reset(row.get());
  }
  return SQLITE_OK;
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

std::string PinStore::fault() const {
  return database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_.get());
}

}  // namespace frontis::media
