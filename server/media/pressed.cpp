#include "media/pressed.h"

#include <algorithm>
#include <utility>

namespace frontis::media {

namespace {

void put(std::vector<CodedFile>& coded, CodedFile made) {
  const auto same = std::find_if(coded.begin(), coded.end(), [&made](const CodedFile& one) {
    return one.coding == made.coding && one.dictionary == made.dictionary;
  });
  if (same == coded.end()) return coded.push_back(std::move(made));
  if (made.identity.size < same->identity.size) *same = std::move(made);
}

}  // namespace

bool is_delta_type(std::string_view type) {
  return type.starts_with("text/javascript") || type.starts_with("text/css");
}

void Pressed::add_variants(Asset& asset, const Found& found, const Sha256& content,
                           std::vector<CodedFile>& coded) {
  if (!services_.variants.is_active()) return;
  for (const http::CodingName& row : http::sibling_codings()) {
    const VariantKey key{content, row.coding, std::nullopt};
    auto made = take(key);
    Standing& standing = asset.made[static_cast<std::size_t>(row.coding)];
    standing = standing_with(key, made.has_value());
    if (made) put(coded, std::move(*made));
    if (standing == Standing::unchecked) asset.varies = true;
  }
  if (!services_.maker || !services_.maker->lacks(content, found.identity.size)) return;
  asset.varies = true;
  asset.remarks.emplace_back("press has not made all variants yet");
  services_.maker->want({content, found.identity, found.file});
}

// As an asset notes it. What has become ready since it could not be taken differs from what is
// noted, so that the asset is made anew when it is looked at next.
Standing Pressed::standing_with(const VariantKey& key, bool is_taken) const {
  const Standing now = services_.variants.standing(key);
  return now == Standing::ready && !is_taken ? Standing::unchecked : now;
}

std::vector<Sha256> Pressed::earlier(std::string_view logical, const Sha256& content) const {
  if (logical.empty()) return {};
  return services_.kept.earlier(logical, content, most_deltas);
}

void Pressed::add_deltas(Asset& asset, const Found& found, const Sha256& content,
                         std::vector<CodedFile>& coded) {
  std::vector<VariantMaker::Content> wanted;
  for (const Sha256& from : earlier(asset.logical, content)) {
    const VariantKey key{content, http::Coding::dcz, from};
    auto made = take(key);
    asset.deltas.push_back({from, standing_with(key, made.has_value())});
    if (made) coded.push_back(std::move(*made));
    if (asset.deltas.back().standing != Standing::unknown) continue;
    if (const auto version = services_.kept.open(from)) {
      wanted.push_back({from, version->identity, version->file});
    }
  }
  if (services_.maker && !wanted.empty()) {
    services_.maker->want_deltas({content, found.identity, found.file}, std::move(wanted));
  }
}

bool Pressed::is_unchanged(const Asset& asset) const {
  if (!services_.variants.is_active()) return true;
  for (const http::CodingName& row : http::sibling_codings()) {
    const VariantKey key{asset.digest, row.coding, std::nullopt};
    const Standing now = services_.variants.standing(key);
    if (now != asset.made[static_cast<std::size_t>(row.coding)]) return false;
  }
  // What could not be made before may be by now.
  if (services_.maker && services_.maker->would_make(asset.digest, asset.identity().size())) {
    return false;
  }
  const auto versions = earlier(asset.logical, asset.digest);
  return std::equal(versions.begin(), versions.end(), asset.deltas.begin(), asset.deltas.end(),
                    [&](const Sha256& from, const Asset::Delta& known) {
                      const VariantKey key{asset.digest, http::Coding::dcz, from};
                      return known.from == from &&
                             known.standing == services_.variants.standing(key);
                    });
}

bool Pressed::may_come(std::uint64_t size) const {
  return services_.variants.is_active() && services_.maker && services_.maker->is_in_bounds(size);
}

void Pressed::check(Variants& variants, const Sha256& content) {
  for (const http::CodingName& row : http::sibling_codings()) {
    const VariantKey key{content, row.coding, std::nullopt};
    if (variants.standing(key) == Standing::unchecked) variants.check(key);
  }
}

std::optional<CodedFile> Pressed::take(const VariantKey& key) {
  auto taken = services_.variants.take(key);
  // Also one that was ready, and whose file is another by now.
  if (taken || services_.variants.standing(key) != Standing::unchecked) return taken;
  services_.press.submit(Press::Urgency::soon,
                         [&variants = services_.variants, key] { variants.check(key); });
  return services_.variants.take(key);  // press may be done
}

}  // namespace frontis::media
