#include "media/caching.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace frontis::media {

namespace {

constexpr std::int64_t one_year = 31'536'000;
constexpr std::size_t shortest_digest = 6;
constexpr std::int64_t settling_time = 2;  // seconds: the coarsest file system clock

Caching fixed(std::int64_t seconds) {
  return {"public, max-age=" + std::to_string(seconds), seconds, "fixed",
          "the route says cache: " + std::to_string(seconds) + " seconds", false};
}

Caching refused(std::string reason) {
  return {"no-cache", std::nullopt, "refused", std::move(reason), true};
}

Caching revalidated(std::string reason) {
  return {"public, max-age=0, must-revalidate", 0, "auto", std::move(reason), false};
}

// Empty while nothing speaks against the name.
std::string broken_promise(const CachingFacts& facts) {
  if (!facts.hashed || facts.verified) return {};
  if (facts.surely_fingerprinted) {
    return "the fingerprint in the name does not fit the content";
  }
  if (facts.watched == Watched::changed) {
    return "other content was served under this fingerprinted name before";
  }
  return {};
}

Caching by_fingerprint(const CachingFacts& facts) {
  if (!facts.hashed) return revalidated("the content has not been hashed yet");
  if (facts.verified) {
    return immutable_because("the fingerprint in the name fits the content: " +
                             std::string(name_of(*facts.verified)));
  }
  if (facts.watched != Watched::steady) {
    return revalidated("the name proves nothing about the content");
  }
  return immutable_because(facts.listed ? "the name is listed in the build tool's manifest"
                                        : "the route declares the name fingerprinted, and its "
                                          "content has not changed since it was first seen");
}

}  // namespace

Caching immutable_because(std::string reason) {
  return {"public, max-age=31536000, immutable", one_year, "immutable", std::move(reason), false};
}

Caching decide_caching(const CachingFacts& facts) {
  using Kind = config::CachePolicy::Kind;
  if (facts.policy.kind == Kind::none) {
    return {"no-store", std::nullopt, "none", "the route says cache: none", false};
  }
  if (std::string reason = broken_promise(facts); !reason.empty()) {
    return refused(std::move(reason));
  }
  if (facts.policy.kind == Kind::immutable) {
    return immutable_because("the route says cache: immutable");
  }
  if (facts.policy.kind == Kind::seconds) return fixed(facts.policy.max_age.count());
  return by_fingerprint(facts);
}

std::string_view version_in_query(std::string_view query) {
  if (query.starts_with("v=")) query.remove_prefix(2);
  const bool plain =
      std::all_of(query.begin(), query.end(), [](char c) { return hex_value(c) >= 0; });
  return plain && query.size() >= shortest_digest && query.size() <= 64 ? query
                                                                        : std::string_view{};
}

bool query_names_content(std::string_view query, std::string_view sha256, std::string_view md5,
                         std::int64_t mtime, std::int64_t now) {
  const std::string_view version = version_in_query(query);
  if (version.empty()) return false;
  const std::string digits = lower_case(version);
  if (sha256.starts_with(digits) || md5.starts_with(digits)) return true;
  return mtime + settling_time < now && version == std::to_string(mtime);
}

}  // namespace frontis::media
