// The tables of the index as SQL, with each statement compiled once. Each row carries a checksum
// of what it says, because SQLite has none: a row that a failing disk has changed reads as if it
// were not there. Owned by Index, which locks; a failed call answers nothing, and why is kept.
#pragma once

#include <string>

#include "media/database.h"
#include "media/index.h"

namespace frontis::media {

class IndexTables {
 public:
  // As Database::open().
  [[nodiscard]] static Result<std::unique_ptr<IndexTables>> open(
      const std::filesystem::path& file, Log& log,
      const std::optional<Database::Files>& damaged = std::nullopt);

  Database& database() { return *database_; }

  // Notes the use of what it finds, to be written by write_uses().
  std::optional<Inspection> file(const Identity& identity, std::string_view name);
  void put_file(const Identity& identity, std::string_view name, const Inspection& inspection);
  void write_uses();
  void forget_files(std::int64_t age_seconds);

  std::vector<VariantRow> variants(std::size_t most);
  std::optional<VariantRow> variant(const Sha256& content, http::Coding coding,
                                    const std::optional<Sha256>& dictionary);
  void put_variant(const VariantRow& row);
  void erase_variant(const VariantRow& row);
  void set_used(const std::vector<VariantRow>& rows);

  std::vector<KeptRow> kept(std::size_t most);
  void put_kept(const KeptRow& row);
  void erase_kept(const std::vector<std::string>& urls);

  // Another number after another connection has written; none when it cannot be read.
  std::optional<std::int64_t> data_version();

 private:
  struct Use {
    std::uint64_t device;
    std::uint64_t inode;
    std::string name;
  };

  bool prepare(Database& database);
  void note_use(const Identity& identity, std::string_view name, std::int64_t used);

  std::unique_ptr<Database> database_;  // goes after its statements
  std::vector<Use> uses_;
  Statement find_file_;
  Statement put_file_;
  Statement use_file_;
  Statement forget_files_;
  Statement list_variants_;
  Statement find_variant_;
  Statement put_variant_;
  Statement erase_variant_;
  Statement use_variant_;
  Statement list_kept_;
  Statement put_kept_;
  Statement erase_kept_;
  Statement data_version_;
};

}  // namespace frontis::media
