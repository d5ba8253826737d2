#include "media/asset_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace frontis::media {
namespace {

constexpr std::uint64_t plenty = 1024 * 1024;

std::shared_ptr<const Asset> asset_of(std::size_t bytes) {
  auto asset = std::make_shared<Asset>();
  Variant variant;
  variant.bytes = std::make_shared<const std::string>(bytes, 'x');
  asset->variants.push_back(std::move(variant));
  return asset;
}

AssetCache::Entry entry_of(std::size_t bytes) {
  AssetCache::Entry entry;
  entry.asset = asset_of(bytes);
  return entry;
}

TEST(AssetCacheTest, FindsWhatWasPutByOwnerAndPath) {
  AssetCache cache(plenty);
  const auto asset = cache.put(1, "a.css", entry_of(10)).asset;
  cache.put(2, "a.css", entry_of(20));
  ASSERT_NE(cache.find(1, "a.css"), nullptr);
  EXPECT_EQ(cache.find(1, "a.css")->asset, asset);
  EXPECT_NE(cache.find(2, "a.css")->asset, asset);
  EXPECT_EQ(cache.find(3, "a.css"), nullptr);
  EXPECT_EQ(cache.find(1, "b.css"), nullptr);
  EXPECT_EQ(cache.find(1, ""), nullptr);
}

TEST(AssetCacheTest, AnEntryStaysWhereItIsWhileOthersAreSought) {
  AssetCache cache(plenty);
  AssetCache::Entry* const first = &cache.put(1, "first", entry_of(10));
  for (int i = 0; i < 200; ++i) cache.put(1, std::to_string(i), entry_of(10));
  EXPECT_EQ(cache.find(1, "first"), first);
}

TEST(AssetCacheTest, PuttingAgainReplaces) {
  AssetCache cache(plenty);
  cache.put(1, "a", entry_of(10'000));
  const std::uint64_t before = cache.bytes();
  const auto small = cache.put(1, "a", entry_of(1'000)).asset;
  EXPECT_EQ(cache.find(1, "a")->asset, small);
  EXPECT_EQ(before - cache.bytes(), 9'000U);
}

TEST(AssetCacheTest, AnEntryMayBePutUnderAnotherPathAgain) {
  AssetCache cache(plenty);
  cache.put(1, "a", entry_of(10));
  cache.put(1, "b", entry_of(10));
  cache.put(1, "c", *cache.find(1, "a"));
  cache.put(1, "a", *cache.find(1, "a"));
  for (const char* path : {"a", "b", "c"}) cache.erase(1, path);
  EXPECT_EQ(cache.bytes(), 0U);
  cache.put(1, "d", entry_of(10));
  EXPECT_NE(cache.find(1, "d"), nullptr);
}

TEST(AssetCacheTest, ErasingForgetsAndGivesTheBytesBack) {
  AssetCache cache(plenty);
  for (const char* path : {"a", "b", "c"}) cache.put(1, path, entry_of(10));
  for (const char* path : {"b", "b", "c", "a", "missing"}) {
    cache.erase(1, path);
    EXPECT_EQ(cache.find(1, path), nullptr);
  }
  EXPECT_EQ(cache.bytes(), 0U);
}

TEST(AssetCacheTest, WhatWasUsedLongestAgoGoesFirst) {
  AssetCache probe(plenty);
  probe.put(1, "a", entry_of(1000));
  AssetCache cache(3 * probe.bytes());
  for (const char* path : {"a", "b", "c"}) cache.put(1, path, entry_of(1000));
  cache.find(1, "a");
  cache.put(1, "d", entry_of(1000));
  EXPECT_EQ(cache.find(1, "b"), nullptr);
  cache.put(1, "e", entry_of(1000));
  EXPECT_EQ(cache.find(1, "c"), nullptr);
  for (const char* path : {"a", "d", "e"}) EXPECT_NE(cache.find(1, path), nullptr) << path;
}

TEST(AssetCacheTest, NeverHoldsMoreThanItMayButForTheNewest) {
  AssetCache cache(50'000);
  for (int i = 0; i < 1000; ++i) {
    cache.put(1, std::to_string(i), entry_of(static_cast<std::size_t>(i * 7 % 5000)));
    EXPECT_LE(cache.bytes(), 50'000U);
  }
  cache.put(1, "huge", entry_of(60'000));
  EXPECT_NE(cache.find(1, "huge"), nullptr);
  EXPECT_EQ(cache.find(1, "999"), nullptr);
  cache.put(1, "small", entry_of(10));
  EXPECT_EQ(cache.find(1, "huge"), nullptr);
  EXPECT_NE(cache.find(1, "small"), nullptr);
}

TEST(AssetCacheTest, WelcomesEverythingWhileThereIsRoom) {
  AssetCache cache(plenty);
  for (int i = 0; i < 400; ++i) {
    const auto entry = entry_of(10);
    EXPECT_TRUE(cache.welcomes(1, std::to_string(i), *entry.asset));
    cache.put(1, std::to_string(i), entry);
  }
}

TEST(AssetCacheTest, WelcomesInPlaceOfOthersOnlyWhatIsAskedForAgain) {
  AssetCache cache(10'000);
  const auto entry = entry_of(1000);
  cache.put(1, "a", entry_of(9000));
  EXPECT_FALSE(cache.welcomes(1, "b", *entry.asset));
  EXPECT_FALSE(cache.welcomes(2, "b", *entry.asset));
  EXPECT_TRUE(cache.welcomes(1, "b", *entry.asset));
  EXPECT_TRUE(cache.welcomes(1, "a", *entry.asset)) << "it is in there, perhaps as it was before";
}

TEST(AssetCacheTest, AWalkThroughManyFilesDrivesNothingOut) {
  AssetCache cache(50'000);
  cache.put(1, "asked for", entry_of(48'000));
  int welcome = 0;
  for (int i = 0; i < 100'000; ++i) {
    const auto entry = entry_of(10);
    if (cache.welcomes(1, std::to_string(i), *entry.asset)) ++welcome;
  }
  // One bit in eight is taken at most, one in sixteen on the way.
  EXPECT_LT(welcome, 100'000 / 8);
}

TEST(AssetCacheTest, HoldsAssetsWithoutBytesToAFiniteNumber) {
  AssetCache cache(100'000);
  auto asset = std::make_shared<Asset>();
  asset->variants.emplace_back();
  for (int i = 0; i < 1000; ++i) {
    AssetCache::Entry entry;
    entry.asset = asset;
    cache.put(1, std::to_string(i), std::move(entry));
  }
  EXPECT_EQ(cache.find(1, "0"), nullptr);
  EXPECT_LE(cache.bytes(), 100'000U);
}

}  // namespace
}  // namespace frontis::media
