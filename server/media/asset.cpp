#include "media/asset.h"

#include <algorithm>

#include "base/clock.h"
#include "base/text.h"
#include "http/date.h"

namespace frontis::media {

namespace {

constexpr std::size_t etag_digits = 32;       // of SHA-256: 128 bits
constexpr std::uint64_t entry_weight = 2048;  // of an asset without its bytes
constexpr std::size_t usual_head = 320;       // bytes

std::string weak_etag(const Identity& identity) {
  return "W/\"" + std::to_string(identity.size) + "-" + std::to_string(identity.mtime_ns) + "\"";
}

std::string strong_etag(std::string_view sha256) {
  return "\"" + std::string(sha256.substr(0, etag_digits)) + "\"";
}

// A strong ETag stands for bytes (RFC 9110, 8.8.1), and two builds may compress the same content
// to other bytes: so it is made of the digest of the coded bytes themselves.
std::string coded_etag(const CodedFile& coded) {
  return "\"" + to_hex(coded.own_digest).substr(0, etag_digits) + "-" +
         std::string(http::row_of(coded.coding).suffix) + "\"";
}

void add_policy(http::HeaderBlock& head, const Asset& asset, const Caching& caching) {
  head.add("Cache-Control", caching.cache_control);
  if (const std::string_view vary = vary_of(asset); !vary.empty()) head.add("Vary", vary);
  head.add("X-Content-Type-Options", "nosniff");
  if (asset.sandboxed) head.add("Content-Security-Policy", "sandbox");
  for (const auto& [name, value] : asset.extra) head.add(name, value);
}

}  // namespace

std::string_view vary_of(const Asset& asset) {
  if (!asset.deltas.empty()) return "Accept-Encoding, Available-Dictionary";
  if (asset.varies) return asset.by_accept ? "Accept, Accept-Encoding" : "Accept-Encoding";
  return asset.by_accept ? "Accept" : std::string_view();
}

std::shared_ptr<const http::HeaderBlock> full_head(const Asset& asset, const Variant& variant,
                                                   const HeadOptions& options) {
  http::HeaderBlock head;
  head.reserve(usual_head);
  head.add("Content-Type", options.type.empty() ? std::string_view(asset.type) : options.type);
  if (variant.coding != http::Coding::identity) {
    head.add("Content-Encoding", http::row_of(variant.coding).token);
  }
  if (!options.content_range.empty()) head.add("Content-Range", options.content_range);
  if (!asset.dictionary.empty()) head.add("Use-As-Dictionary", asset.dictionary);
  head.add("ETag", variant.etag);
  if (asset.last_modified() != 0) {
    head.add("Last-Modified", http::format_date(asset.last_modified()));
  }
  head.add("Accept-Ranges", "bytes");
  add_policy(head, asset, options.caching ? *options.caching : asset.caching);
  return std::make_shared<const http::HeaderBlock>(std::move(head));
}

// What a 200 would have said of the stored response, and nothing of the representation
// (RFC 9110, 15.4.5).
std::shared_ptr<const http::HeaderBlock> not_modified_head(const Asset& asset,
                                                           const Variant& variant,
                                                           const Caching& caching) {
  http::HeaderBlock head;
  head.reserve(usual_head);
  head.add("ETag", variant.etag);
  add_policy(head, asset, caching);
  return std::make_shared<const http::HeaderBlock>(std::move(head));
}

std::shared_ptr<const Asset> finish_asset(Asset asset, std::string file, const Identity& identity,
                                          const Inspection* inspection,
                                          std::vector<CodedFile> coded, Place place) {
  asset.hashed = inspection != nullptr;
  asset.modified = std::min(identity.mtime_seconds(), wall_seconds());
  if (inspection) {
    asset.digest = inspection->digest;
    asset.sha256 = to_hex(inspection->digest);
  }
  Variant plain;
  plain.place = place;
  plain.file = std::move(file);
  plain.identity = identity;
  if (inspection) plain.bytes = inspection->bytes;
  plain.etag = inspection ? strong_etag(asset.sha256) : weak_etag(identity);
  asset.variants.push_back(std::move(plain));
  for (CodedFile& from : coded) {
    Variant variant;
    variant.etag = coded_etag(from);
    variant.coding = from.coding;
    variant.dictionary = from.dictionary;
    variant.place = from.place;
    variant.file = std::move(from.file);
    variant.identity = from.identity;
    variant.bytes = std::move(from.bytes);
    asset.variants.push_back(std::move(variant));
  }
  for (Variant& variant : asset.variants) {
    variant.full = full_head(asset, variant);
    variant.not_modified = not_modified_head(asset, variant, asset.caching);
  }
  return std::make_shared<const Asset>(std::move(asset));
}

const Variant* Asset::choose(const http::CodingWeights& weights) const {
  std::array<http::Candidate, http::codings> candidates;
  std::size_t count = 0;
  for (const Variant& variant : variants) {
    if (!variant.dictionary) candidates[count++] = {variant.coding, variant.size()};
  }
  const auto coding = http::choose_coding(weights, {candidates.data(), count});
  if (!coding) return nullptr;
  for (const Variant& variant : variants) {
    if (variant.coding == *coding) return &variant;
  }
  return nullptr;
}

const Variant* Asset::choose_delta(const http::CodingWeights& weights, const Sha256& from,
                                   const Variant* other) const {
  for (const Variant& variant : variants) {
    if (variant.dictionary != from) continue;
    const std::uint16_t weight = weights.of(variant.coding);
    const std::uint16_t least = other ? weights.of(other->coding) : 1;
    const bool is_smaller = !other || variant.size() < other->size();
    return weight > least || (weight == least && is_smaller) ? &variant : nullptr;
  }
  return nullptr;
}

std::uint64_t Asset::weight() const {
  std::uint64_t bytes = entry_weight;
  for (const Variant& variant : variants) {
    if (variant.bytes) bytes += variant.bytes->size();
  }
  return bytes;
}

}  // namespace frontis::media
