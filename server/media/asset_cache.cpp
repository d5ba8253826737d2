#include "media/asset_cache.h"

namespace frontis::media {

AssetCache::Entry* AssetCache::find(std::uint32_t owner, std::string_view path) {
  const auto position = entries_.find(View{owner, path});
  if (position == entries_.end()) return nullptr;
  Entry& entry = position->second;
  if (&entry != newest_) {
    detach(entry);
    make_newest(entry);
  }
  return &entry;
}

AssetCache::Entry& AssetCache::put(std::uint32_t owner, std::string_view path, Entry entry) {
  erase(owner, path);
  entry.weight = entry.asset->weight() + path.size();
  const auto [position, added] = entries_.emplace(Key{owner, std::string(path)}, std::move(entry));
  Entry& kept = position->second;
  kept.newer = kept.older = nullptr;  // it may be a copy of another entry
  kept.owner = owner;
  kept.path = &position->first.path;
  make_newest(kept);
  bytes_ += kept.weight;
  while (bytes_ > most_bytes_ && oldest_ != &kept) {
    drop(entries_.find(View{oldest_->owner, *oldest_->path}));
  }
  return kept;
}

bool AssetCache::welcomes(std::uint32_t owner, std::string_view path, const Asset& asset) {
  if (bytes_ + asset.weight() + path.size() <= most_bytes_) return true;
  const View view{owner, path};
  return entries_.contains(view) || acquaintances_.meet(Hash()(view));
}

bool AssetCache::Acquaintances::meet(std::size_t hash) {
  constexpr std::size_t bits = 64;
  if (met_.empty() || count_ == most_met) {
    met_.assign(words, 0);
    count_ = 0;
  }
  std::uint64_t& word = met_[hash / bits % words];
  const std::uint64_t bit = std::uint64_t{1} << (hash % bits);
  const bool is_known = (word & bit) != 0;
  if (!is_known) ++count_;
  word |= bit;
  return is_known;
}

void AssetCache::erase(std::uint32_t owner, std::string_view path) {
  const auto position = entries_.find(View{owner, path});
  if (position != entries_.end()) drop(position);
}

void AssetCache::detach(Entry& entry) {
  (entry.newer ? entry.newer->older : newest_) = entry.older;
  (entry.older ? entry.older->newer : oldest_) = entry.newer;
  entry.newer = entry.older = nullptr;
}

void AssetCache::make_newest(Entry& entry) {
  entry.older = newest_;
  (newest_ ? newest_->newer : oldest_) = &entry;
  newest_ = &entry;
}

void AssetCache::drop(Map::iterator position) {
  bytes_ -= position->second.weight;
  detach(position->second);
  entries_.erase(position);
}

}  // namespace frontis::media
