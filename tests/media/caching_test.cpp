#include "media/caching.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace frontis::media {
namespace {

using Policy = config::CachePolicy;

constexpr std::string_view immutable = "public, max-age=31536000, immutable";
constexpr std::string_view automatic = "public, max-age=0, must-revalidate";

CachingFacts hashed() {
  CachingFacts facts;
  facts.hashed = true;
  return facts;
}

CachingFacts verified() {
  CachingFacts facts = hashed();
  facts.verified = Scheme::django;
  return facts;
}

CachingFacts listed(Watched watched) {
  CachingFacts facts = hashed();
  facts.listed = true;
  facts.watched = watched;
  return facts;
}

CachingFacts declared(Watched watched) {
  CachingFacts facts = hashed();
  facts.watched = watched;
  return facts;
}

CachingFacts with(CachingFacts facts, Policy::Kind kind, int seconds = 0) {
  facts.policy = {kind, std::chrono::seconds(seconds)};
  return facts;
}

CachingFacts surely(CachingFacts facts) {
  facts.surely_fingerprinted = true;
  return facts;
}

struct Row {
  std::string what;
  CachingFacts facts;
  std::string_view cache_control;
  std::optional<std::int64_t> max_age;
  std::string_view label;
  bool refused = false;
};

TEST(CachingTest, FollowsTheTableOfTheDesign) {
  const std::vector<Row> rows = {
      {"a fingerprint that fits", verified(), immutable, 31'536'000, "immutable"},
      {"Django's that fits", surely(verified()), immutable, 31'536'000, "immutable"},
      {"listed and steady", listed(Watched::steady), immutable, 31'536'000, "immutable"},
      {"declared and steady", declared(Watched::steady), immutable, 31'536'000, "immutable"},
      {"declared, not yet watched", declared(Watched::no), automatic, 0, "auto"},
      {"declared and changed", declared(Watched::changed), "no-cache", std::nullopt, "refused",
       true},
      {"listed and changed", listed(Watched::changed), "no-cache", std::nullopt, "refused", true},
      {"Django's that does not fit", surely(hashed()), "no-cache", std::nullopt, "refused", true},
      {"Django's that does not fit, though listed", surely(listed(Watched::steady)), "no-cache",
       std::nullopt, "refused", true},
      {"a plain name", hashed(), automatic, 0, "auto"},
      {"content not yet known", CachingFacts{}, automatic, 0, "auto"},
      {"Django's, content not yet known", surely(CachingFacts{}), automatic, 0, "auto"},
      {"1h", with(hashed(), Policy::Kind::seconds, 3600), "public, max-age=3600", 3600, "fixed"},
      {"2y", with(hashed(), Policy::Kind::seconds, 63'072'000), "public, max-age=63072000",
       63'072'000, "fixed"},
      {"0s", with(hashed(), Policy::Kind::seconds, 0), "public, max-age=0", 0, "fixed"},
      {"immutable by the route", with(hashed(), Policy::Kind::immutable), immutable, 31'536'000,
       "immutable"},
      {"immutable by the route, not yet hashed", with(CachingFacts{}, Policy::Kind::immutable),
       immutable, 31'536'000, "immutable"},
      {"none", with(hashed(), Policy::Kind::none), "no-store", std::nullopt, "none"},
      {"none, though it fits", with(verified(), Policy::Kind::none), "no-store", std::nullopt,
       "none"},
      {"1h, though it fits", with(verified(), Policy::Kind::seconds, 3600), "public, max-age=3600",
       3600, "fixed"},
      {"immutable by the route, broken", with(surely(hashed()), Policy::Kind::immutable),
       "no-cache", std::nullopt, "refused", true},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.what);
    const Caching caching = decide_caching(row.facts);
    EXPECT_EQ(caching.cache_control, row.cache_control);
    EXPECT_EQ(caching.max_age, row.max_age);
    EXPECT_EQ(caching.label, row.label);
    EXPECT_EQ(caching.refused, row.refused);
    EXPECT_FALSE(caching.reason.empty());
  }
}

TEST(CachingTest, NamesTheStrongestReasonFirst) {
  CachingFacts facts = listed(Watched::steady);
  EXPECT_NE(decide_caching(facts).reason.find("manifest"), std::string::npos);
  facts.verified = Scheme::hugo;
  EXPECT_NE(decide_caching(facts).reason.find("Hugo"), std::string::npos);
  EXPECT_NE(decide_caching(declared(Watched::steady)).reason.find("route declares"),
            std::string::npos);
}

TEST(CachingTest, AQueryThatNamesTheContentIsImmutable) {
  const Caching caching = immutable_because("so it is");
  EXPECT_EQ(caching.cache_control, immutable);
  EXPECT_EQ(caching.max_age, 31'536'000);
  EXPECT_EQ(caching.reason, "so it is");
}

constexpr std::string_view sha256_hex =
    "ab12cd34ef567890ab12cd34ef567890ab12cd34ef567890ab12cd34ef567890";
constexpr std::string_view md5_hex = "0123456789abcdef0123456789abcdef";
constexpr std::int64_t mtime = 1'204'329'600;

TEST(CachingTest, AQueryStandsForTheContentOnlyByItsDigestOrItsTime) {
  struct Query {
    std::string query;
    bool names;
  };
  const std::vector<Query> queries = {
      {"", false},
      {"v=", false},
      {"v", false},
      {"ab12cd", true},
      {"v=ab12cd", true},
      {"v=AB12CD", true},
      {"ab12c", false},  // too short to prove anything
      {"v=ab12c", false},
      {"ab12ce", false},
      {"v=" + std::string(sha256_hex), true},
      {std::string(sha256_hex) + "0", false},
      {"012345", true},
      {"v=" + std::string(md5_hex), true},
      {std::string(md5_hex) + "0", false},
      {"1204329600", true},
      {"v=1204329600", true},
      {"1204329601", false},
      {"120432960", false},
      {"01204329600", false},
      {"v=v=ab12cd", false},
      {"V=ab12cd", false},
      {"ver=ab12cd", false},
      {"v=ab12cd&x=1", false},
      {"x=1&v=ab12cd", false},
      {"ab12cd%20", false},
      {"+ab12cd", false},
  };
  for (const Query& query : queries) {
    EXPECT_EQ(query_names_content(query.query, sha256_hex, md5_hex, mtime, mtime + 100),
              query.names)
        << query.query;
  }
}

TEST(CachingTest, ATimeCountsOnlyOnceItHasSettled) {
  for (const std::int64_t age : {-100, 0, 1, 2}) {
    EXPECT_FALSE(query_names_content("1204329600", sha256_hex, md5_hex, mtime, mtime + age)) << age;
  }
  EXPECT_TRUE(query_names_content("1204329600", sha256_hex, md5_hex, mtime, mtime + 3));
}

TEST(CachingTest, WithoutDigestsOnlyTheTimeCounts) {
  EXPECT_FALSE(query_names_content("ab12cd", "", "", mtime, mtime + 100));
  EXPECT_TRUE(query_names_content("1204329600", "", "", mtime, mtime + 100));
}

TEST(CachingTest, SeesWhatAQueryCouldStandFor) {
  EXPECT_EQ(version_in_query("v=abcdef"), "abcdef");
  EXPECT_EQ(version_in_query("abcdef"), "abcdef");
  EXPECT_EQ(version_in_query("x=abcdef"), "");
  EXPECT_EQ(version_in_query(std::string(64, 'a')), std::string(64, 'a'));
  EXPECT_EQ(version_in_query(std::string(65, 'a')), "");
}

}  // namespace
}  // namespace frontis::media
