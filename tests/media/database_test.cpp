#include "media/database.h"

#include <gtest/gtest.h>

#include <limits>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> open(
      const Database::FirstUse& use = [](Database&) { return true; },
      const std::optional<Database::Files>& damaged = std::nullopt) {
    auto database = Database::open(form_, *log_, use, damaged);
    if (database) return std::move(*database);
    error_ = database.error().message;
    return nullptr;
  }
  static std::int64_t count(Database& database) {
    Statement statement;
    EXPECT_TRUE(database.prepare("SELECT count(*) FROM things", statement));
    Query query(statement);
    EXPECT_TRUE(query.next());
    return query.number(0);
  }
  std::size_t moved_aside() const {
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(scratch_ / "state")) {
      if (entry.path().string().find(".damaged-") != std::string::npos) ++found;
    }
    return found;
  }

  ScratchFolder scratch_;
  std::unique_ptr<Log> log_ = Log::silent();
  Database::Form form_{scratch_ / "state/things.sqlite3", 3,
                       "CREATE TABLE IF NOT EXISTS things (a, b, c, d, e);", "so things are lost"};
  std::string error_;
};

TEST_F(DatabaseTest, ItIsNewOnceAndHasItsTables) {
  EXPECT_TRUE(open()->is_new());
  const auto again = open();
  EXPECT_FALSE(again->is_new());
  EXPECT_EQ(count(*again), 0);
}

TEST_F(DatabaseTest, WhatIsBoundIsRead) {
  const auto database = open();
  constexpr std::uint64_t large = 0xfedc'ba98'7654'3210;
  const Sha256 digest = sha256("content");
  const std::string text("a\0b'", 4);
  Statement put;
  ASSERT_TRUE(database->prepare("INSERT INTO things VALUES (?1, ?2, ?3, ?4, ?5)", put));
  EXPECT_TRUE(Query(put)
                  .bind(std::numeric_limits<std::int64_t>::min())
                  .bind(large)
                  .bind(text)
                  .bind(digest)
                  .bind(std::optional<Sha256>())
                  .run());
  Statement get;
  ASSERT_TRUE(database->prepare("SELECT a, b, c, d, e, NULL FROM things", get));
  Query row(get);
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.number(0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(static_cast<std::uint64_t>(row.number(1)), large);
  EXPECT_EQ(row.text(2), text);
  EXPECT_EQ(row.digest(3), digest);
  EXPECT_FALSE(row.digest(2).has_value());
  EXPECT_FALSE(row.digest(4).has_value());
  EXPECT_TRUE(row.is_empty(4));
  EXPECT_FALSE(row.is_empty(3));
  EXPECT_EQ(row.text(5).data(), nullptr);
  EXPECT_FALSE(row.next());
  EXPECT_TRUE(row.is_at_end());
  EXPECT_FALSE(database->take_failure().has_value());
}

TEST_F(DatabaseTest, ATransactionThatFailsLeavesNothingAndSaysWhyOnce) {
  const auto database = open();
  EXPECT_FALSE(database->in_transaction([&] {
    return database->execute("INSERT INTO things VALUES (1, 2, 3, 4, 5)") &&
           database->execute("INSERT INTO nothings VALUES (1)");
  }));
  const auto failure = database->take_failure();
  ASSERT_TRUE(failure.has_value());
  EXPECT_NE(failure->why.find("nothings"), std::string::npos);
  EXPECT_FALSE(database->take_failure().has_value());
  EXPECT_EQ(count(*database), 0);
  EXPECT_TRUE(database->in_transaction(
      [&] { return database->execute("INSERT INTO things VALUES (1, 2, 3, 4, 5)"); }));
  EXPECT_EQ(count(*database), 1);
}

TEST_F(DatabaseTest, DamageThatTheFirstUseNotesIsMovedAside) {
  open();
  int uses = 0;
  const auto database = open([&](Database& opened) {
    if (++uses > 1) return true;
    opened.note_damage("a thing of no use");
    return false;
  });
  ASSERT_NE(database, nullptr) << error_;
  EXPECT_TRUE(database->is_new());
  EXPECT_EQ(uses, 2);
  EXPECT_GE(moved_aside(), 1U);
}

TEST_F(DatabaseTest, DamageThatNeverEndsIsAnErrorAndNotALoop) {
  open();
  EXPECT_EQ(open([](Database& opened) {
              opened.note_damage("a thing of no use");
              return false;
            }),
            nullptr);
  EXPECT_NE(error_.find("a thing of no use"), std::string::npos) << error_;
}

TEST_F(DatabaseTest, AKnownDamageIsMovedAsideOnlyWhileItIsInPlace) {
  auto database = open();
  const Database::Files damaged = database->files();
  database.reset();
  const auto use = [](Database&) { return true; };
  EXPECT_TRUE(open(use, damaged)->is_new());
  EXPECT_EQ(moved_aside(), 1U);
  EXPECT_FALSE(open(use, damaged)->is_new());
  EXPECT_EQ(moved_aside(), 1U);
}

TEST_F(DatabaseTest, OtherTablesThanOursByVersionAreLeftAlone) {
  open();
  form_.version = 2;
  EXPECT_EQ(open(), nullptr);
  EXPECT_NE(error_.find("newer version"), std::string::npos) << error_;
  EXPECT_EQ(moved_aside(), 0U);
}

TEST_F(DatabaseTest, ItIsInPlaceUntilItsFileGoes) {
  const auto database = open();
  EXPECT_TRUE(database->is_in_place());
  std::filesystem::rename(form_.file, form_.file.string() + ".old");
  EXPECT_FALSE(database->is_in_place());
}

}  // namespace
}  // namespace frontis::media
