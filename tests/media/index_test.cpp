#include "media/index.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <thread>
#include <vector>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

Sha256 digest_of(int number) { return sha256(std::to_string(number)); }

Identity identity_of_file(int number) {
  Identity identity;
  identity.device = 1;
  identity.inode = static_cast<std::uint64_t>(number);
  identity.size = 100;
  identity.mtime_ns = 1'700'000'000'123'456'789;
  identity.ctime_ns = 1'700'000'000'123'456'790;
  return identity;
}

Inspection inspection_of(int number) {
  Inspection inspection;
  inspection.digest = digest_of(number);
  inspection.scheme = Scheme::hugo;
  inspection.magic = "text/css";
  inspection.activity = Activity::svg;
  return inspection;
}

VariantRow variant_of(int number) {
  VariantRow row;
  row.content = digest_of(number);
  row.coding = http::Coding::br;
  row.size = 1000 + static_cast<std::uint64_t>(number);
  row.own_digest = digest_of(-number);
  row.used = 1'700'000'000 + number;
  return row;
}

KeptRow kept_of(int number) {
  KeptRow row;
  row.url = "example.org/app." + std::to_string(number) + ".css";
  row.logical = "example.org/app.*.css";
  row.content = digest_of(number);
  row.size = 77;
  row.by_list = number % 2 == 0;
  row.seen = 1'700'000'000 + number;
  return row;
}

bool is_same(const VariantRow& a, const VariantRow& b) {
  return a.content == b.content && a.coding == b.coding && a.dictionary == b.dictionary &&
         a.size == b.size && a.own_digest == b.own_digest && a.used == b.used;
}

bool is_same(const KeptRow& a, const KeptRow& b) {
  return a.url == b.url && a.logical == b.logical && a.content == b.content && a.size == b.size &&
         a.by_list == b.by_list && a.seen == b.seen;
}

class IndexTest : public ::testing::Test {
 protected:
  std::filesystem::path state() const { return scratch_ / "state"; }
  std::filesystem::path file() const { return state() / "index.sqlite3"; }
  std::unique_ptr<Index> open() {
    auto index = Index::open(state(), *log_);
    if (index) return std::move(*index);
    ADD_FAILURE() << index.error().message;
    return nullptr;
  }
  // Leaves a database with `count` rows in each table behind, its journal played in.
  void fill(int count) {
    const auto index = open();
    ASSERT_NE(index, nullptr);
    fill(*index, count);
  }
  static void fill(Index& index, int count) {
    for (int i = 0; i < count; ++i) {
      index.put_file(identity_of_file(i), "app.css", inspection_of(i));
      index.put_variant(variant_of(i));
      index.put_kept(kept_of(i));
    }
  }
  // Each answer is either right or missing.
  static void expect_nothing_wrong(Index& index, int count, const std::string& what) {
    for (int i = 0; i < count; ++i) {
      const auto found = index.file(identity_of_file(i), "app.css");
      if (found) {
        EXPECT_EQ(found->digest, digest_of(i)) << what;
      }
    }
    for (const VariantRow& row : index.variants(1000)) {
      const int number = static_cast<int>(row.size) - 1000;
      EXPECT_EQ(row.content, digest_of(number)) << what;
      EXPECT_EQ(row.own_digest, digest_of(-number)) << what;
    }
    for (const KeptRow& row : index.kept(1000)) {
      EXPECT_EQ(row.url.find("example.org/app."), 0U) << what;
      EXPECT_EQ(row.logical, "example.org/app.*.css") << what;
    }
  }
  static bool remembers(Index& index) {
    index.put_file(identity_of_file(5000), "new.css", inspection_of(5000));
    index.put_kept(kept_of(5000));
    index.put_variant(variant_of(5000));
    const auto kept = index.kept(1);
    const auto variants = index.variants(1);
    return index.file(identity_of_file(5000), "new.css").has_value() && kept.size() == 1 &&
           is_same(kept.front(), kept_of(5000)) && variants.size() == 1 &&
           is_same(variants.front(), variant_of(5000));
  }
  std::size_t files_like(std::string_view part) const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(state())) {
      if (entry.path().string().find(part) != std::string::npos) ++count;
    }
    return count;
  }
  std::size_t moved_aside() const {
    return files_like(".damaged-") - files_like("-wal") - files_like("-shm");
  }
  std::string said() {
    log_->flush();
    return scratch_.read("log");
  }
  // Runs SQL on the database from beside; the first number that it answers.
  std::int64_t alter(const char* sql) {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(file().c_str(), &database), SQLITE_OK);
    std::int64_t answer = 0;
    const auto take = [](void* into, int, char** values, char**) {
      *static_cast<std::int64_t*>(into) = std::stoll(values[0]);
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, sql, take, &answer, nullptr), SQLITE_OK) << sql;
    sqlite3_close(database);
    return answer;
  }

  ScratchFolder scratch_;
  std::unique_ptr<Log> log_ = std::move(*Log::open(scratch_ / "log", Log::Level::info));
};

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
