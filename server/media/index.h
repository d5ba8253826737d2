// What press has found out, on disk: STATE/index.sqlite3 (WAL). What files hold, which variants
// there are of which content, and which versions are kept under which URL. It makes nothing right
// or wrong: it saves work, and whatever it leads to is checked against a digest. So a lost or
// damaged index costs time only; it is moved aside and begun anew. For press threads and
// commands, never for a loop; any of them may call at any time, and so may another process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "http/negotiation.h"
#include "media/digest.h"
#include "media/inspection.h"
#include "media/library.h"

namespace frontis::media {

// Some content in some coding. The key is all but the last three.
struct VariantRow {
  Sha256 content{};
  http::Coding coding = http::Coding::gzip;
  std::optional<Sha256> dictionary;  // for dcz
  std::uint64_t size = 0;            // of the coded bytes; 0: coding it is of no use
  Sha256 own_digest{};               // of the coded bytes
  std::int64_t used = 0;             // seconds since 1970, some hours behind
};

// A version of a file that is kept. The key is the URL.
struct KeptRow {
  std::string url;      // "www.example.org/static/app.38d674d0e73a.css"
  std::string logical;  // without the fingerprint: ".../app.*.css"; empty when it is not known
  Sha256 content{};
  std::uint64_t size = 0;
  bool by_list = false;   // trusted because of a manifest or a declared prefix, not by its name
  std::int64_t seen = 0;  // seconds since 1970: when it last was in its root
};

class Index {
 public:
  // Opens STATE/index.sqlite3, made with its folder where missing. Errors: io when it cannot be
  // used, with what to do about it; one of a newer version of Frontis is such a case.
  [[nodiscard]] static Result<std::unique_ptr<Index>> open(const std::filesystem::path& state,
                                                           Log& log);
  ~Index();
  Index(const Index&) = delete;
  Index& operator=(const Index&) = delete;

  // What was found in the file with this identity, judged under this name (last segment of the
  // path). Without the bytes.
  [[nodiscard]] std::optional<Inspection> file(const Identity& identity, std::string_view name);
  void put_file(const Identity& identity, std::string_view name, const Inspection& inspection);

  // At most `most` of them, those used last first.
  [[nodiscard]] std::vector<VariantRow> variants(std::size_t most);
  [[nodiscard]] std::optional<VariantRow> variant(const Sha256& content, http::Coding coding,
                                                  const std::optional<Sha256>& dictionary);
  void put_variant(const VariantRow& row);  // replaces
  void erase_variant(const VariantRow& row);
  void set_used(const std::vector<VariantRow>& rows);  // writes only their `used`

  [[nodiscard]] std::vector<KeptRow> kept(std::size_t most);  // seen last first
  void put_kept(const KeptRow& row);                          // replaces
  void erase_kept(const std::vector<std::string>& urls);

  // Another number after another process has written.
  [[nodiscard]] std::int64_t foreign_changes();
  // Looks whether the file is still where it was opened, and begins a new one when it is not
  // (someone emptied the state folder). To be called now and then. True when it was begun anew.
  bool refresh();
  // How often refresh() has begun anew. For those who do not call it themselves: another number
  // says that what they know has to be put again.
  [[nodiscard]] std::int64_t beginnings();
  // Forgets files that were not asked for in `age_seconds`: identities come and go.
  void forget_files(std::int64_t age_seconds);

 private:
  class Impl;
  explicit Index(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace frontis::media
