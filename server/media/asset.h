// A file as it is answered: everything that can be decided before a request comes is decided
// once, here. Each variant (the content as it is, or in a content coding) has its ETag and its
// ready fields for 200 and 304; a request only chooses. Immutable: a changed file is another
// asset.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "http/headers.h"
#include "http/negotiation.h"
#include "media/caching.h"
#include "media/inspection.h"
#include "media/library.h"

namespace frontis::media {

// Files whose bytes are at most this long are kept in memory.
inline constexpr std::uint64_t kept_in_memory = 64 * 1024;

// Where a file lies: beneath the action's root, or among what press has made or kept (state).
enum class Place : std::uint8_t { root, variants, kept };

struct Variant {
  http::Coding coding = http::Coding::identity;
  Place place = Place::root;
  std::string file;  // that holds these bytes, relative to its place
  Identity identity;
  std::shared_ptr<const std::string> bytes;  // null: sent from the file
  std::string etag;                          // with quotes, and W/ while the content is unknown
  std::shared_ptr<const http::HeaderBlock> full;          // for 200
  std::shared_ptr<const http::HeaderBlock> not_modified;  // for 304

  std::uint64_t size() const { return identity.size; }
};

struct Asset {
  std::string type;        // Content-Type
  bool sandboxed = false;  // active content of a user: it must not run
  bool varies = false;     // there are variants, or there may be soon
  bool hashed = false;
  std::int64_t modified = 0;
  Sha256 digest{};     // of the content, once hashed
  std::string sha256;  // the same in lower-case hexadecimal; empty until hashed
  Caching caching;
  config::Headers extra;  // of the route
  // What stands beside the file under the suffix of each coding, of use or not.
  std::array<std::optional<Identity>, http::codings> siblings;
  std::vector<Identity> awaited;     // siblings that are being compared with the content
  std::vector<std::string> remarks;  // for explain: why a sibling is not used
  std::vector<Variant> variants;     // identity first

  const Variant& identity() const { return variants.front(); }
  // Seconds since 1970, 0 for none. A time that lay ahead when this was made is that moment
  // (RFC 9110, 8.8.2.1).
  std::int64_t last_modified() const { return modified; }
  // The best variant for an Accept-Encoding; null when none is acceptable (406).
  const Variant* choose(std::optional<std::string_view> accept_encoding) const;
  // Bytes of memory that this holds, roughly.
  std::uint64_t weight() const;
};

// A proved coding of the content in a file of its own.
struct CodedFile {
  http::Coding coding;
  Place place = Place::root;
  std::string file;
  Identity identity;
  Sha256 own_digest;
  std::shared_ptr<const std::string> bytes;  // null: sent from the file
};

// Makes the variants of `asset` (whose other members are set) with their heads. `inspection` is
// null while the content is unknown.
[[nodiscard]] std::shared_ptr<const Asset> finish_asset(Asset asset, std::string file,
                                                        const Identity& identity,
                                                        const Inspection* inspection,
                                                        std::vector<CodedFile> coded);

// The fields of a 200 for `variant`, with `caching` in place of the asset's own; a 206 for one
// range adds its Content-Range; `type` replaces the Content-Type when it is not empty.
struct HeadOptions {
  const Caching* caching = nullptr;
  std::string_view content_range;
  std::string_view type;
};
[[nodiscard]] std::shared_ptr<const http::HeaderBlock> full_head(const Asset& asset,
                                                                 const Variant& variant,
                                                                 const HeadOptions& options = {});
[[nodiscard]] std::shared_ptr<const http::HeaderBlock> not_modified_head(const Asset& asset,
                                                                         const Variant& variant,
                                                                         const Caching& caching);

}  // namespace frontis::media
