// The assets that one loop has ready, for all its files handlers, by handler and path. Bounded
// by the bytes that they hold; what was used longest ago goes first. Not shared, so a look-up is
// one hash and no lock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "media/asset.h"

namespace frontis::media {

class AssetCache {
 public:
  struct Entry {
    std::shared_ptr<const Asset> asset;
    std::string md5;                       // of the content in memory, once a query has asked
    std::weak_ptr<const Descriptor> open;  // of the last answer that was sent from the file
    Instant checked{};                     // when the file was last seen to be the same
    std::uint64_t generation = 0;          // of the manifest that judged it
    bool unsettled = false;  // changed so recently that its times may not show the next change

   private:
    friend class AssetCache;
    Entry* newer = nullptr;
    Entry* older = nullptr;
    const std::string* path = nullptr;  // of its key
    std::uint32_t owner = 0;
    std::uint64_t weight = 0;
  };

  explicit AssetCache(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}
  AssetCache(const AssetCache&) = delete;
  AssetCache& operator=(const AssetCache&) = delete;

  // Null when it is not there. The entry stays where it is until put() or erase().
  Entry* find(std::uint32_t owner, std::string_view path);
  // Replaces what was there, then drops the oldest entries until all fits. The new entry itself
  // always stays.
  Entry& put(std::uint32_t owner, std::string_view path, Entry entry);
  // Whether `asset` should be put there: while there is room, always. Where others would have to go
  // for it, only when it was asked for a short while before: a walk through all files of a site
  // drives out nothing that visitors ask for.
  [[nodiscard]] bool welcomes(std::uint32_t owner, std::string_view path, const Asset& asset);
  void erase(std::uint32_t owner, std::string_view path);

  std::uint64_t bytes() const { return bytes_; }

 private:
  struct View {
    std::uint32_t owner;
    std::string_view path;
  };
  struct Key {
    std::uint32_t owner;
    std::string path;
    View view() const { return {owner, path}; }
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const View& view) const {
      return std::hash<std::string_view>{}(view.path) ^ (view.owner * 0x9e3779b97f4a7c15ULL);
    }
    std::size_t operator()(const Key& key) const { return (*this)(key.view()); }
  };
  struct Equal {
    using is_transparent = void;
    static View view(const Key& key) { return key.view(); }
    static View view(const View& view) { return view; }
    bool operator()(const auto& a, const auto& b) const {
      return view(a).owner == view(b).owner && view(a).path == view(b).path;
    }
  };
  using Map = std::unordered_map<Key, Entry, Hash, Equal>;

  // What was asked for lately, by a bit of its hash; takes no memory before it is needed.
  class Acquaintances {
   public:
    // Whether `hash`, or one of the few that share its bit, was met before; it is met now.
    bool meet(std::size_t hash);

   private:
    static constexpr std::size_t words = 2048;
    static constexpr std::size_t most_met = 16 * 1024;  // then it begins anew: one bit in eight
    std::vector<std::uint64_t> met_;
    std::size_t count_ = 0;
  };

  void detach(Entry& entry);
  void make_newest(Entry& entry);
  void drop(Map::iterator position);

  const std::uint64_t most_bytes_;
  Acquaintances acquaintances_;
  std::uint64_t bytes_ = 0;
  Map entries_;
  Entry* newest_ = nullptr;
  Entry* oldest_ = nullptr;
};

}  // namespace frontis::media
