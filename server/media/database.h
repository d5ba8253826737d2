// A SQLite file in a folder of ours: opened with a write-ahead journal, made where it is missing,
// moved aside and begun anew where it is damaged, left alone where a newer Frontis wrote it.
// Several processes may have it open. A Database, its statements and queries are for one thread
// at a time; their owners (PinStore, Index) hold a mutex. A failed call says false, and why is
// kept until it is asked for.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "media/digest.h"

struct sqlite3;
struct sqlite3_stmt;

namespace frontis::media {

class Database;

// SQL compiled once. It must go before its database does.
class Statement {
 public:
  Statement() = default;

 private:
  friend class Database;
  friend class Query;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Database* database_ = nullptr;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

// One use of a statement: bind, then read rows or run. What is bound must outlive it. A statement
// has one at a time, and a short one: rows not read to the end keep the journal from shrinking.
class Query {
 public:
  explicit Query(Statement& statement);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // The next of ?1, ?2, ...
  Query& bind(std::int64_t number);
  Query& bind(std::uint64_t number);  // the same 64 bits
  Query& bind(std::string_view text);
  Query& bind(const Sha256& digest);
  Query& bind(const std::optional<Sha256>& digest);  // none: an empty blob

  // Goes to the next row. False at the end, and after a failure.
  [[nodiscard]] bool next();
  // False after a failure; rows are not looked at.
  bool run();
  // Whether next() has come to the end, and not to a failure.
  bool is_at_end() const { return is_at_end_; }

  // Columns of this row, from 0. Another type than asked for reads as 0, as its text, as none.
  std::int64_t number(int column) const;
  std::string_view text(int column) const;  // until the next row; of NULL its data() is null
  bool is_empty(int column) const;
  std::optional<Sha256> digest(int column) const;  // none unless it is a blob of that size

 private:
  Query& bound(int code);
  Query& bind_blob(const void* bytes, std::size_t size);

  Database* const database_;
  sqlite3_stmt* const statement_;
  int parameters_ = 0;
  bool is_at_end_ = false;
};

class Database {
 public:
  // What is the same each time a file is opened.
  struct Form {
    std::filesystem::path file;
    int version;         // of the tables; kept as user_version
    const char* tables;  // SQL that makes them
    const char* loss;    // what a new beginning means: "..., so names are pinned anew"
  };
  // Which files make up the open database: itself, its journal, the journal's index. Zeros: none.
  struct FileId {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    friend bool operator==(const FileId&, const FileId&) = default;
  };
  using Files = std::array<FileId, 3>;
  // Runs on the open database and is part of opening it: damage that it meets counts. After its
  // false no statement of that database may be left.
  using FirstUse = std::function<bool(Database&)>;

  // Makes the folder, opens, makes the tables, and has `use` look. What is damaged is moved aside
  // to FILE.damaged-<seconds>, which the log is told, and so is the file that is known to be
  // damaged already. Errors: io when the folder or the file cannot be used, with what to do.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(
      const Form& form, Log& log, const FirstUse& use,
      const std::optional<Files>& damaged = std::nullopt);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  bool prepare(std::string_view sql, Statement& into);
  bool execute(const char* sql);
  // BEGIN IMMEDIATE, `work`, COMMIT; taken back when one of them fails.
  bool in_transaction(const std::function<bool()>& work);

  struct Failure {
    int code;  // SQLite's
    std::string why;
    bool is_damage() const;  // what reading will not get over, ever
  };
  // The first one since this was last asked.
  std::optional<Failure> take_failure();
  // A row that cannot be one of ours.
  void note_damage(const std::string& why);

  // Whether opening it made its tables.
  bool is_new() const { return is_new_; }
  // Whether its files still are where they were opened.
  bool is_in_place() const;
  const Files& files() const { return files_; }

 private:
  friend class Query;
  Database() = default;

  bool begin(const Form& form, const FirstUse& use);
  bool prepare_tables(const Form& form);
  bool is_good(int code);  // else it is noted

  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> database_;
  std::filesystem::path file_;
  Files files_{};
  bool is_new_ = false;
  std::optional<Failure> failure_;
};

}  // namespace frontis::media
