#include "media/index.h"

#include <gtest/gtest.h>

#include <vector>

#include "index_house.h"

namespace frontis::media {
namespace {

using IndexTest = IndexHouse;

TEST_F(IndexTest, AFileIsKnownByItsWholeIdentityAndItsName) {
  const auto index = open();
  Identity large = identity_of_file(3);
  large.inode = 0xffff'ffff'ffff'fff0;
  large.device = 0x8000'0000'0000'0000;
  large.mtime_ns = -1;
  index->put_file(large, "app.css", inspection_of(1));
  const auto found = index->file(large, "app.css");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->digest, digest_of(1));
  EXPECT_EQ(found->scheme, Scheme::hugo);
  EXPECT_EQ(found->magic, "text/css");
  EXPECT_EQ(found->activity, Activity::svg);
  EXPECT_EQ(found->bytes, nullptr);
  EXPECT_FALSE(index->file(large, "other.css").has_value());
  for (const auto& change : std::vector<void (*)(Identity&)>{
           [](Identity& identity) { ++identity.device; },
           [](Identity& identity) { ++identity.inode; },
           [](Identity& identity) { ++identity.size; },
           [](Identity& identity) { ++identity.mtime_ns; },
           [](Identity& identity) { ++identity.ctime_ns; },
       }) {
    Identity other = large;
    change(other);
    EXPECT_FALSE(index->file(other, "app.css").has_value());
  }
}

TEST_F(IndexTest, AFileThatChangedReplacesWhatItWas) {
  const auto index = open();
  Identity identity = identity_of_file(1);
  Inspection plain;
  index->put_file(identity, "app.css", inspection_of(1));
  ++identity.ctime_ns;
  index->put_file(identity, "app.css", plain);
  const auto found = index->file(identity, "app.css");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->scheme, std::nullopt);
  EXPECT_EQ(found->magic, "");
  EXPECT_FALSE(index->file(identity_of_file(1), "app.css").has_value());
  EXPECT_EQ(alter("SELECT count(*) FROM files"), 1);
}

TEST_F(IndexTest, WhatWasPutIsThereAfterARestart) {
  fill(3);
  const auto index = open();
  EXPECT_TRUE(index->file(identity_of_file(2), "app.css").has_value());
  ASSERT_EQ(index->variants(10).size(), 3U);
  EXPECT_TRUE(is_same(index->variants(10).front(), variant_of(2)));
  ASSERT_EQ(index->kept(10).size(), 3U);
  EXPECT_TRUE(is_same(index->kept(10).front(), kept_of(2)));
}

TEST_F(IndexTest, ListsBeginWithTheNewestAndEndWhereTheyAreTold) {
  fill(5);
  const auto index = open();
  const auto variants = index->variants(2);
  const auto kept = index->kept(2);
  ASSERT_EQ(variants.size(), 2U);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_TRUE(is_same(variants[1], variant_of(3)));
  EXPECT_TRUE(is_same(kept[1], kept_of(3)));
  EXPECT_EQ(index->kept(static_cast<std::size_t>(-1)).size(), 5U);
}

TEST_F(IndexTest, AVariantIsKnownByItsContentCodingAndDictionary) {
  const auto index = open();
  VariantRow row = variant_of(1);
  row.coding = http::Coding::dcz;
  row.dictionary = digest_of(9);
  row.size = 0;
  index->put_variant(row);
  const auto found = index->variant(row.content, row.coding, row.dictionary);
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(is_same(*found, row));
  EXPECT_FALSE(index->variant(row.content, row.coding, std::nullopt).has_value());
  EXPECT_FALSE(index->variant(row.content, row.coding, digest_of(8)).has_value());
  EXPECT_FALSE(index->variant(row.content, http::Coding::zstd, row.dictionary).has_value());
  index->erase_variant(row);
  EXPECT_FALSE(index->variant(row.content, row.coding, row.dictionary).has_value());
}

TEST_F(IndexTest, OnlyTheTimeOfUseIsWrittenOfUsedVariants) {
  fill(2);
  const auto index = open();
  VariantRow used = variant_of(0);
  used.size = 1;
  used.used = 1'800'000'000;
  index->set_used({used, variant_of(77)});
  const auto rows = index->variants(10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].used, used.used);
  EXPECT_EQ(rows[0].size, variant_of(0).size);
}

TEST_F(IndexTest, KeptRowsGoByTheirUrls) {
  fill(4);
  const auto index = open();
  index->erase_kept({kept_of(1).url, "example.org/nowhere", kept_of(3).url});
  const auto rows = index->kept(10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(is_same(rows[0], kept_of(2)));
  EXPECT_TRUE(is_same(rows[1], kept_of(0)));
}

TEST_F(IndexTest, FilesThatWereNotAskedForAreForgotten) {
  constexpr std::int64_t week = 7 * 86'400;
  fill(3);
  alter("UPDATE files SET used=used-8*86400-60 WHERE inode<2");
  const auto index = open();
  EXPECT_TRUE(index->file(identity_of_file(0), "app.css").has_value());
  index->forget_files(week);
  EXPECT_TRUE(index->file(identity_of_file(0), "app.css").has_value());
  EXPECT_FALSE(index->file(identity_of_file(1), "app.css").has_value());
  EXPECT_TRUE(index->file(identity_of_file(2), "app.css").has_value());
}

TEST_F(IndexTest, TheUseOfAFileIsWrittenWhenTheIndexCloses) {
  fill(2);
  alter("UPDATE files SET used=1000000 WHERE inode=0");
  alter("UPDATE files SET used=99000000000 WHERE inode=1");
  const auto ask = [&] {
    const auto index = open();
    EXPECT_TRUE(index->file(identity_of_file(0), "app.css").has_value());
    EXPECT_TRUE(index->file(identity_of_file(1), "app.css").has_value());
  };
  ask();
  EXPECT_EQ(alter("SELECT count(*) FROM files WHERE used>1000000 AND used<99000000000"), 2);
}

TEST_F(IndexTest, WritingByAnotherIsNoticedAndOnesOwnIsNot) {
  const auto one = open();
  const auto two = open();
  const auto before = one->foreign_changes();
  fill(*one, 2);
  EXPECT_EQ(one->foreign_changes(), before);
  two->put_kept(kept_of(7));
  const auto after = one->foreign_changes();
  EXPECT_NE(after, before);
  EXPECT_EQ(one->foreign_changes(), after);
  EXPECT_EQ(one->kept(10).size(), 3U);
}

}  // namespace
}  // namespace frontis::media
