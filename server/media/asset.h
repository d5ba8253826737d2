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

// What is known of a variant that press could make.
enum class Standing : std::uint8_t {
  unknown,    // nobody has tried
  useless,    // tried: not smaller enough
  unchecked,  // there, and too large to be read on a loop; nobody has compared its digest yet
  ready,
};

// Where a file lies: beneath the action's root, or among what press has made or kept (state).
enum class Place : std::uint8_t { root, variants, kept };

struct Variant {
  http::Coding coding = http::Coding::identity;
  std::optional<Sha256> dictionary;  // for dcz
  Place place = Place::root;
  std::string file;  // that holds these bytes, relative to its place
  Identity identity;
  std::shared_ptr<const std::string> bytes;  // null: sent from the file
  std::string etag;                          // with quotes, and W/ while the content is unknown
  std::shared_ptr<const http::HeaderBlock> full;          // for 200
  std::shared_ptr<const http::HeaderBlock> not_modified;  // for 304

  std::uint64_t size() const { return identity.size; }
};

// Another file that shows the same in a type which not every client knows (photo.jpg.avif).
struct Alternate {
  std::string type;  // "image/avif"
  std::string file;  // relative to the root
  Identity identity;
  friend bool operator==(const Alternate&, const Alternate&) = default;
};

struct Asset {
  std::string type;        // Content-Type
  bool sandboxed = false;  // active content of a user: it must not run
  bool varies = false;     // there are variants, or there may be soon
  bool by_accept = false;  // it has alternates, or is one
  bool sought = true;      // its codings were; not for a client that takes none
  bool hashed = false;
  std::int64_t modified = 0;
  Sha256 digest{};     // of the content, once hashed
  std::string sha256;  // the same in lower-case hexadecimal; empty until hashed
  Caching caching;
  config::Headers extra;   // of the route
  std::string dictionary;  // Use-As-Dictionary; empty: it is no dictionary
  // What stands beside the file under the suffix of each coding, of use or not.
  std::array<std::optional<Identity>, http::codings> siblings;
  std::vector<Identity> awaited;  // siblings that are being compared with the content
  // What press had made of the content when this was put together, by coding.
  std::array<Standing, http::codings> made{};
  // The same of deltas from earlier versions.
  struct Delta {
    Sha256 from{};
    Standing standing = Standing::unknown;
  };
  std::vector<Delta> deltas;
  std::string logical;  // under which earlier versions are kept (kept.h), where deltas are made
  std::vector<Alternate> alternates;
  std::vector<std::string> remarks;  // for explain: why something is not used
  std::vector<Variant> variants;     // identity first

  const Variant& identity() const { return variants.front(); }
  // Seconds since 1970, 0 for none. A time that lay ahead when this was made is that moment
  // (RFC 9110, 8.8.2.1).
  std::int64_t last_modified() const { return modified; }
  // The best variant by these weights; null when none is acceptable (406).
  const Variant* choose(const http::CodingWeights& weights) const;
  // The variant that is coded with this dictionary, if it is worth more than `other`.
  const Variant* choose_delta(const http::CodingWeights& weights, const Sha256& from,
                              const Variant* other) const;
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
  std::optional<Sha256> dictionary = {};     // for dcz
};

// Makes the variants of `asset` (whose other members are set) with their heads. `file` lies in
// `place`; `inspection` is null while the content is unknown.
[[nodiscard]] std::shared_ptr<const Asset> finish_asset(Asset asset, std::string file,
                                                        const Identity& identity,
                                                        const Inspection* inspection,
                                                        std::vector<CodedFile> coded,
                                                        Place place = Place::root);

// The value of Vary; empty for none.
[[nodiscard]] std::string_view vary_of(const Asset& asset);

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
