// How long an answer may be kept: the product's heart, as one pure function from what is known of
// a file to Cache-Control, Expires and the reason. `immutable` is said only where it is proved:
// by the name's fingerprint computed again, by a build tool's manifest, or by a declared prefix
// whose content we have watched since we first saw it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "media/fingerprint.h"

namespace frontis::media {

// What watching a name over time has shown (see pins.h).
enum class Watched {
  no,       // the name is neither listed nor declared, or its content is not known yet
  steady,   // the content is what it was when first seen
  changed,  // other content was seen under this name before
};

struct CachingFacts {
  config::CachePolicy policy;
  bool hashed = false;                // the content is known
  std::optional<Scheme> verified;     // the name's fingerprint fits the content
  bool surely_fingerprinted = false;  // by Django's pattern, which nothing else makes
  bool listed = false;                // in a manifest; otherwise a watched name is a declared one
  Watched watched = Watched::no;
};

struct Caching {
  std::string cache_control;
  std::optional<std::int64_t> max_age;  // Expires = now + max_age; none: no Expires
  std::string_view label;               // for the access log: "immutable", "auto", "fixed", ...
  std::string reason;                   // for explain
  bool refused = false;                 // the name promises what the bytes do not keep
};

[[nodiscard]] Caching decide_caching(const CachingFacts& facts);

// `immutable` for the answer to one URL whose query names the content.
[[nodiscard]] Caching immutable_because(std::string reason);

// The idiom of 2008: "?<digest>", "?v=<digest>", "?<mtime>" or "?v=<mtime>". True when `query`
// stands for a file with these digests (lower-case hexadecimal; a prefix of at least 6 digits
// will do) or this mtime. A file changed within the last two seconds has no settled mtime.
[[nodiscard]] bool query_names_content(std::string_view query, std::string_view sha256,
                                       std::string_view md5, std::int64_t mtime, std::int64_t now);
// The part of `query` that could stand for content: empty when it could not.
[[nodiscard]] std::string_view version_in_query(std::string_view query);

}  // namespace frontis::media
