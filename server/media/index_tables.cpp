#include "media/index_tables.h"

#include <xxhash.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/clock.h"

namespace frontis::media {

namespace {

// Numbers of 64 bits are kept as SQLite's signed ones. A coding is kept by its token, so that a
// new one may stand anywhere in the enumeration.
constexpr const char* tables =
    "CREATE TABLE IF NOT EXISTS files (device INTEGER NOT NULL, inode INTEGER NOT NULL,"
    " name TEXT NOT NULL, size INTEGER NOT NULL, mtime INTEGER NOT NULL, ctime INTEGER NOT NULL,"
    " digest BLOB NOT NULL, scheme INTEGER NOT NULL, magic TEXT NOT NULL,"
    " activity INTEGER NOT NULL, checksum INTEGER NOT NULL, used INTEGER NOT NULL,"
    " PRIMARY KEY (device, inode, name)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS variants (content BLOB NOT NULL, coding TEXT NOT NULL,"
    " dictionary BLOB NOT NULL, size INTEGER NOT NULL, own_digest BLOB NOT NULL,"
    " checksum INTEGER NOT NULL, used INTEGER NOT NULL,"
    " PRIMARY KEY (content, coding, dictionary)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS kept (url TEXT NOT NULL PRIMARY KEY, logical TEXT NOT NULL,"
    " content BLOB NOT NULL, size INTEGER NOT NULL, by_list INTEGER NOT NULL,"
    " checksum INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;";

constexpr std::int64_t day = 86'400;
// How a use is written: not sooner than a day after the one before, and many at once.
constexpr std::size_t most_uses = 1'000;

// To be raised when inspect() comes to judge the same bytes otherwise (a new scheme, another order
// of schemes): what an earlier Frontis found in a file is then not taken for an answer.
constexpr std::uint64_t edition = 1;

class Checksum {
 public:
  Checksum& add(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
      bytes_.push_back(static_cast<char>(number >> shift & 0xff));
    }
    return *this;
  }
  Checksum& add(std::string_view text) {
    add(text.size());
    bytes_.append(text);
    return *this;
  }
  Checksum& add(const Sha256& digest) {
    bytes_.append(digest.begin(), digest.end());
    return *this;
  }
  Checksum& add(const std::optional<Sha256>& digest) {
    add(std::uint64_t{digest.has_value()});
    return digest ? add(*digest) : *this;
  }
  std::int64_t value() const {
    return static_cast<std::int64_t>(XXH3_64bits(bytes_.data(), bytes_.size()));
  }

 private:
  std::string bytes_;
};

// 0: none.
std::int64_t number_of(const std::optional<Scheme>& scheme) {
  return scheme ? static_cast<std::int64_t>(*scheme) + 1 : 0;
}

std::int64_t checksum_of(const Identity& identity, std::string_view name, const Inspection& row) {
  return Checksum()
      .add(edition)
      .add(identity.device)
      .add(identity.inode)
      .add(identity.size)
      .add(static_cast<std::uint64_t>(identity.mtime_ns))
      .add(static_cast<std::uint64_t>(identity.ctime_ns))
      .add(name)
      .add(row.digest)
      .add(static_cast<std::uint64_t>(number_of(row.scheme)))
      .add(row.magic)
      .add(static_cast<std::uint64_t>(row.activity))
      .value();
}

std::int64_t checksum_of(const VariantRow& row) {
  return Checksum()
      .add(row.content)
      .add(http::row_of(row.coding).token)
      .add(row.dictionary)
      .add(row.size)
      .add(row.own_digest)
      .value();
}

std::int64_t checksum_of(const KeptRow& row) {
  return Checksum()
      .add(row.url)
      .add(row.logical)
      .add(row.content)
      .add(row.size)
      .add(std::uint64_t{row.by_list})
      .value();
}

std::optional<Inspection> read_file(const Query& query) {
  const auto digest = query.digest(0);
  const std::int64_t scheme = query.number(1);
  const std::int64_t activity = query.number(3);
  if (!digest || scheme < 0 || scheme > number_of(Scheme::hugo)) return std::nullopt;
  if (activity < 0 || activity > static_cast<std::int64_t>(Activity::script)) return std::nullopt;
  Inspection found;
  found.digest = *digest;
  if (scheme > 0) found.scheme = static_cast<Scheme>(scheme - 1);
  found.magic = query.text(2);
  found.activity = static_cast<Activity>(activity);
  return found;
}

std::optional<VariantRow> read_variant(const Query& query) {
  const auto content = query.digest(0);
  const std::string_view token = query.text(1);
  const auto coding = std::find_if(http::coding_names.begin(), http::coding_names.end(),
                                   [&](const auto& row) { return row.token == token; });
  const auto own_digest = query.digest(4);
  if (!content || !own_digest || coding == http::coding_names.end()) return std::nullopt;
  VariantRow row;
  row.content = *content;
  row.coding = coding->coding;
  row.dictionary = query.digest(2);
  if (!row.dictionary && !query.is_empty(2)) return std::nullopt;
  row.size = static_cast<std::uint64_t>(query.number(3));
  row.own_digest = *own_digest;
  row.used = query.number(6);
  if (query.number(5) != checksum_of(row)) return std::nullopt;
  return row;
}

std::optional<KeptRow> read_kept(const Query& query) {
  const auto content = query.digest(2);
  if (!content) return std::nullopt;
  KeptRow row;
  row.url = query.text(0);
  row.logical = query.text(1);
  row.content = *content;
  row.size = static_cast<std::uint64_t>(query.number(3));
  row.by_list = query.number(4) != 0;
  row.seen = query.number(6);
  if (query.number(5) != checksum_of(row)) return std::nullopt;
  return row;
}

std::int64_t as_limit(std::size_t most) {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min<std::uint64_t>(most, largest));
}

// All or nothing: half a list would look as if the rest had been taken away.
template <typename Row>
std::vector<Row> read_all(Query& query, std::optional<Row> (*read)(const Query&)) {
  std::vector<Row> rows;
  while (query.next()) {
    if (auto row = read(query)) rows.push_back(std::move(*row));
  }
  if (!query.is_at_end()) rows.clear();
  return rows;
}

}  // namespace

Result<std::unique_ptr<IndexTables>> IndexTables::open(
    const std::filesystem::path& file, Log& log, const std::optional<Database::Files>& damaged) {
  const Database::Form form{file, 1, tables,
                            "which costs time: files are looked at again, and what is kept of "
                            "earlier versions is known again once it is seen again"};
  std::unique_ptr<IndexTables> made;
  auto database = Database::open(
      form, log,
      [&](Database& opened) {
        made = std::make_unique<IndexTables>();
        if (made->prepare(opened)) return true;
        made.reset();
        return false;
      },
      damaged);
  if (!database) return tl::unexpected(database.error());
  made->database_ = std::move(*database);
  return made;
}

bool IndexTables::prepare(Database& database) {
  const struct {
    Statement& into;
    const char* sql;
  } rows[] = {
      {find_file_,
       "SELECT digest, scheme, magic, activity, checksum, used FROM files WHERE device=?1 AND"
       " inode=?2 AND name=?3 AND size=?4 AND mtime=?5 AND ctime=?6"},
      {put_file_, "REPLACE INTO files VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
      {use_file_, "UPDATE files SET used=?4 WHERE device=?1 AND inode=?2 AND name=?3"},
      {forget_files_, "DELETE FROM files WHERE used<?1"},
      {list_variants_,
       "SELECT content, coding, dictionary, size, own_digest, checksum, used FROM variants"
       " ORDER BY used DESC LIMIT ?1"},
      {find_variant_,
       "SELECT content, coding, dictionary, size, own_digest, checksum, used FROM variants"
       " WHERE content=?1 AND coding=?2 AND dictionary=?3"},
      {put_variant_, "REPLACE INTO variants VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
      {erase_variant_, "DELETE FROM variants WHERE content=?1 AND coding=?2 AND dictionary=?3"},
      {use_variant_,
       "UPDATE variants SET used=?4 WHERE content=?1 AND coding=?2 AND dictionary=?3"},
      {list_kept_,
       "SELECT url, logical, content, size, by_list, checksum, seen FROM kept"
       " ORDER BY seen DESC LIMIT ?1"},
      {put_kept_, "REPLACE INTO kept VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
      {erase_kept_, "DELETE FROM kept WHERE url=?1"},
      {data_version_, "PRAGMA data_version"},
  };
  return std::all_of(std::begin(rows), std::end(rows),
                     [&](const auto& row) { return database.prepare(row.sql, row.into); });
}

std::optional<Inspection> IndexTables::file(const Identity& identity, std::string_view name) {
  if (uses_.size() >= most_uses) write_uses();
  Query query(find_file_);
  query.bind(identity.device).bind(identity.inode).bind(name);
  query.bind(identity.size).bind(identity.mtime_ns).bind(identity.ctime_ns);
  if (!query.next()) return std::nullopt;
  auto found = read_file(query);
  if (!found || query.number(4) != checksum_of(identity, name, *found)) return std::nullopt;
  note_use(identity, name, query.number(5));
  return found;
}

// Also when the clock has gone back: a use that lies ahead would keep the row for ever.
void IndexTables::note_use(const Identity& identity, std::string_view name, std::int64_t used) {
  const std::int64_t now = wall_seconds();
  if (used <= now && used > now - day) return;
  uses_.push_back({identity.device, identity.inode, std::string(name)});
}

void IndexTables::put_file(const Identity& identity, std::string_view name,
                           const Inspection& inspection) {
  Query query(put_file_);
  query.bind(identity.device).bind(identity.inode).bind(name);
  query.bind(identity.size).bind(identity.mtime_ns).bind(identity.ctime_ns);
  query.bind(inspection.digest).bind(number_of(inspection.scheme)).bind(inspection.magic);
  query.bind(static_cast<std::int64_t>(inspection.activity));
  query.bind(checksum_of(identity, name, inspection)).bind(wall_seconds());
  query.run();
}

void IndexTables::write_uses() {
  if (uses_.empty()) return;
  const auto uses = std::exchange(uses_, {});
  const std::int64_t now = wall_seconds();
  database_->in_transaction([&] {
    return std::all_of(uses.begin(), uses.end(), [&](const Use& use) {
      return Query(use_file_).bind(use.device).bind(use.inode).bind(use.name).bind(now).run();
    });
  });
}

// A day more, because that is how far `used` may be behind.
void IndexTables::forget_files(std::int64_t age_seconds) {
  write_uses();
  Query(forget_files_).bind(wall_seconds() - day - age_seconds).run();
}

std::vector<VariantRow> IndexTables::variants(std::size_t most) {
  Query query(list_variants_);
  return read_all<VariantRow>(query.bind(as_limit(most)), read_variant);
}

std::optional<VariantRow> IndexTables::variant(const Sha256& content, http::Coding coding,
                                               const std::optional<Sha256>& dictionary) {
  Query query(find_variant_);
  query.bind(content).bind(http::row_of(coding).token).bind(dictionary);
  if (!query.next()) return std::nullopt;
  return read_variant(query);
}

void IndexTables::put_variant(const VariantRow& row) {
  Query query(put_variant_);
  query.bind(row.content).bind(http::row_of(row.coding).token).bind(row.dictionary);
  query.bind(row.size).bind(row.own_digest).bind(checksum_of(row)).bind(row.used);
  query.run();
}

void IndexTables::erase_variant(const VariantRow& row) {
  Query query(erase_variant_);
  query.bind(row.content).bind(http::row_of(row.coding).token).bind(row.dictionary).run();
}

void IndexTables::set_used(const std::vector<VariantRow>& rows) {
  database_->in_transaction([&] {
    return std::all_of(rows.begin(), rows.end(), [&](const VariantRow& row) {
      Query query(use_variant_);
      query.bind(row.content).bind(http::row_of(row.coding).token).bind(row.dictionary);
      return query.bind(row.used).run();
    });
  });
}

std::vector<KeptRow> IndexTables::kept(std::size_t most) {
  Query query(list_kept_);
  return read_all<KeptRow>(query.bind(as_limit(most)), read_kept);
}

void IndexTables::put_kept(const KeptRow& row) {
  Query query(put_kept_);
  query.bind(row.url).bind(row.logical).bind(row.content).bind(row.size);
  query.bind(std::int64_t{row.by_list}).bind(checksum_of(row)).bind(row.seen);
  query.run();
}

void IndexTables::erase_kept(const std::vector<std::string>& urls) {
  database_->in_transaction([&] {
    return std::all_of(urls.begin(), urls.end(),
                       [&](const std::string& url) { return Query(erase_kept_).bind(url).run(); });
  });
}

std::optional<std::int64_t> IndexTables::data_version() {
  Query query(data_version_);
  if (!query.next()) return std::nullopt;
  return query.number(0);
}

}  // namespace frontis::media
