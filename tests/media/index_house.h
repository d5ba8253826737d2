// What tests of the index need: rows that can be told apart by a number, an index in a scratch
// folder, and ways to look at its files and to change them from beside.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <memory>
#include <string>
#include <vector>

#include "media/index.h"
#include "scratch_folder.h"

namespace frontis::media {

inline Sha256 digest_of(int number) { return sha256(std::to_string(number)); }

inline Identity identity_of_file(int number) {
  Identity identity;
  identity.device = 1;
  identity.inode = static_cast<std::uint64_t>(number);
  identity.size = 100;
  identity.mtime_ns = 1'700'000'000'123'456'789;
  identity.ctime_ns = 1'700'000'000'123'456'790;
  return identity;
}

inline Inspection inspection_of(int number) {
  Inspection inspection;
  inspection.digest = digest_of(number);
  inspection.scheme = Scheme::hugo;
  inspection.magic = "text/css";
  inspection.activity = Activity::svg;
  return inspection;
}

inline VariantRow variant_of(int number) {
  VariantRow row;
  row.content = digest_of(number);
  row.coding = http::Coding::br;
  row.size = 1000 + static_cast<std::uint64_t>(number);
  row.own_digest = digest_of(-number);
  row.used = 1'700'000'000 + number;
  return row;
}

inline KeptRow kept_of(int number) {
  KeptRow row;
  row.url = "example.org/app." + std::to_string(number) + ".css";
  row.logical = "example.org/app.*.css";
  row.content = digest_of(number);
  row.size = 2000 + static_cast<std::uint64_t>(number);
  row.by_list = number % 2 == 0;
  row.seen = 1'700'000'000 + number;
  return row;
}

inline bool is_same(const VariantRow& a, const VariantRow& b) {
  return a.content == b.content && a.coding == b.coding && a.dictionary == b.dictionary &&
         a.size == b.size && a.own_digest == b.own_digest && a.used == b.used;
}

inline bool is_same(const KeptRow& a, const KeptRow& b) {
  return a.url == b.url && a.logical == b.logical && a.content == b.content && a.size == b.size &&
         a.by_list == b.by_list && a.seen == b.seen;
}

class IndexHouse : public ::testing::Test {
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
    for (VariantRow row : index.variants(1000)) {
      const VariantRow right = variant_of(static_cast<int>(row.size) - 1000);
      row.used = right.used;  // which no checksum covers: it is no more than an order
      EXPECT_TRUE(is_same(row, right)) << what;
    }
    for (KeptRow row : index.kept(1000)) {
      const KeptRow right = kept_of(static_cast<int>(row.size) - 2000);
      row.seen = right.seen;
      EXPECT_TRUE(is_same(row, right)) << what;
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
  // How many databases; their journals may go with them.
  std::size_t moved_aside() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(state())) {
      const std::string name = entry.path().filename();
      const bool is_database = !name.ends_with("-wal") && !name.ends_with("-shm");
      if (name.starts_with("index.sqlite3.damaged-") && is_database) ++count;
    }
    return count;
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

}  // namespace frontis::media
