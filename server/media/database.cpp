#include "media/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "base/descriptor.h"

namespace frontis::media {

namespace {

constexpr int newer_version = SQLITE_MISMATCH;  // of the tables: a later Frontis made them

// In the order in which they are moved: were the journal left behind, it would be played into the
// new database.
constexpr std::array<const char*, 3> suffixes{"-wal", "-shm", ""};

Database::Files files_at(const std::filesystem::path& file) {
  Database::Files files{};
  for (std::size_t i = 0; i < files.size(); ++i) {
    struct stat found {};
    if (stat((file.string() + suffixes[i]).c_str(), &found) != 0) continue;
    files[i] = {found.st_dev, found.st_ino};
  }
  return files;
}

// Two processes that start at once must not both move a damaged database aside: the second
// would take the new one of the first. The lock goes with the descriptor.
Result<Descriptor> lock_folder(std::filesystem::path file) {
  const std::string path = file.replace_extension(".lock");
  Descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!lock.is_open()) return fail_errno("cannot open " + path, errno);
  constexpr int most_tries = 500;
  for (int tries = 0; flock(lock.number(), LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (tries == most_tries) return fail_errno("another process holds " + path, errno);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return lock;
}

bool move_aside(const Database::Form& form, Log& log, const std::string& what) {
  const std::string file = form.file;
  std::int64_t seconds = wall_seconds();
  const auto name = [&] { return fmt::format("{}.damaged-{}", file, seconds); };
  std::error_code error;
  while (std::filesystem::exists(name(), error)) ++seconds;
  for (const char* suffix : suffixes) {
    std::filesystem::rename(file + suffix, name() + suffix, error);
  }
  if (error) return false;
  log.error("{} is damaged ({}) and was moved aside to {}; a new one is begun, {}", file, what,
            name(), form.loss);
  return true;
}

std::string cannot_use(const Database::Form& form, const std::string& why) {
  return fmt::format(
      "cannot use {} ({}): make it and its folder writable for this user, or change 'state'",
      form.file.string(), why);
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Query::Query(Statement& statement)
    : database_(statement.database_), statement_(statement.statement_.get()) {}

Query::~Query() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::int64_t number) {
  return bound(sqlite3_bind_int64(statement_, ++parameters_, number));
}

Query& Query::bind(std::uint64_t number) { return bind(static_cast<std::int64_t>(number)); }

Query& Query::bind(std::string_view text) {
  // A null pointer would be NULL, which an empty text is not.
  return bound(sqlite3_bind_text64(statement_, ++parameters_, text.empty() ? "" : text.data(),
                                   text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

Query& Query::bind(const Sha256& digest) { return bind_blob(digest.data(), digest.size()); }

Query& Query::bind(const std::optional<Sha256>& digest) {
  return digest ? bind(*digest) : bind_blob("", 0);
}

Query& Query::bind_blob(const void* bytes, std::size_t size) {
  return bound(sqlite3_bind_blob64(statement_, ++parameters_, bytes, size, SQLITE_STATIC));
}

Query& Query::bound(int code) {
  (void)database_->is_good(code);
  return *this;
}

bool Query::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  is_at_end_ = code == SQLITE_DONE;
  if (!is_at_end_) (void)database_->is_good(code);
  return false;
}

bool Query::run() { return next() || is_at_end_; }

std::int64_t Query::number(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Query::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool Query::is_empty(int column) const { return sqlite3_column_bytes(statement_, column) == 0; }

std::optional<Sha256> Query::digest(int column) const {
  if (sqlite3_column_type(statement_, column) != SQLITE_BLOB) return std::nullopt;
  const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(statement_, column));
  Sha256 digest{};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  if (bytes == nullptr || size != digest.size()) return std::nullopt;
  std::copy_n(bytes, digest.size(), digest.begin());
  return digest;
}

void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const Form& form, Log& log, const FirstUse& use,
                                                 const std::optional<Files>& damaged) {
  const auto folder = form.file.parent_path();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(ErrorKind::io, fmt::format("cannot make the state folder {} ({}): make it, "
                                           "writable for this user, or change 'state'",
                                           folder.string(), error.message()));
  }
  const auto lock = lock_folder(form.file);
  if (!lock) {
    return fail(lock.error().kind,
                fmt::format("{}: make the state folder writable for this user, or change 'state'",
                            lock.error().message));
  }
  // Another process may have met the same damage, and have begun anew before us.
  std::string why = "it is damaged, and cannot be moved aside";
  if (damaged && files_at(form.file).back() == damaged->back() &&
      !move_aside(form, log, "found while it was in use")) {
    return fail(ErrorKind::io, cannot_use(form, why));
  }
  for (int tries = 0; tries < 2; ++tries) {
    std::unique_ptr<Database> database(new Database());
    if (database->begin(form, use)) return database;
    const auto failure = database->take_failure();
    why = failure ? failure->why : "out of memory";
    database.reset();
    if (!failure || !failure->is_damage() || tries > 0) break;
    if (!move_aside(form, log, why)) break;
  }
  return fail(ErrorKind::io, cannot_use(form, why));
}

bool Database::begin(const Form& form, const FirstUse& use) {
  file_ = form.file;
  sqlite3* database = nullptr;
  int code =
      sqlite3_open_v2(file_.c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database_.reset(database);
  // For as long as another process may write; a stop waits no longer than this.
  constexpr int busy_milliseconds = 2000;
  if (code == SQLITE_OK) code = sqlite3_busy_timeout(database, busy_milliseconds);
  // Never mapped: a file that someone cuts short is then an error and not a signal.
  if (!is_good(code) || !execute("PRAGMA mmap_size=0") || !execute("PRAGMA journal_mode=WAL") ||
      !execute("PRAGMA synchronous=NORMAL") || !prepare_tables(form) || !use(*this)) {
    return false;
  }
  files_ = files_at(file_);
  return true;
}

bool Database::prepare_tables(const Form& form) {
  Statement version;
  if (!prepare("PRAGMA user_version", version)) return false;
  std::int64_t found = 0;
  {
    Query query(version);
    if (!query.next()) return false;
    found = query.number(0);
  }
  if (found == form.version) return true;
  if (found != 0) {
    failure_ = Failure{newer_version, "a newer version of Frontis wrote it"};
    return false;
  }
  const std::string mark = fmt::format("PRAGMA user_version={}", form.version);
  is_new_ = in_transaction([&] { return execute(form.tables) && execute(mark.c_str()); });
  return is_new_;
}

bool Database::prepare(std::string_view sql, Statement& into) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  into.statement_.reset(statement);
  into.database_ = this;
  return is_good(code);
}

bool Database::execute(const char* sql) {
  return is_good(sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr));
}

bool Database::in_transaction(const std::function<bool()>& work) {
  if (!execute("BEGIN IMMEDIATE")) return false;
  if (work() && execute("COMMIT")) return true;
  sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  return false;
}

bool Database::Failure::is_damage() const {
  // SQLITE_ERROR: a table of ours that is not as we made it.
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
}

std::optional<Database::Failure> Database::take_failure() {
  return std::exchange(failure_, std::nullopt);
}

void Database::note_damage(const std::string& why) {
  if (!failure_) failure_ = Failure{SQLITE_CORRUPT, why};
}

bool Database::is_good(int code) {
  if (code == SQLITE_OK) return true;
  if (!failure_) {
    failure_ =
        Failure{code, database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_.get())};
  }
  return false;
}

bool Database::is_in_place() const { return files_at(file_) == files_; }

}  // namespace frontis::media
