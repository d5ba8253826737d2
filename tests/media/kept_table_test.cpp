#include "media/kept_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/digest.h"

namespace frontis::media {
namespace {

KeptRow row(const std::string& url, std::string_view content, std::int64_t seen,
            const std::string& logical = "") {
  return {url, logical, sha256(content), content.size(), false, seen};
}

std::vector<std::string> urls(const std::vector<KeptRow>& rows) {
  std::vector<std::string> found;
  for (const KeptRow& one : rows) found.push_back(one.url);
  return found;
}

using Urls = std::vector<std::string>;

TEST(KeptTable, CountsACopyOnceHoweverManyLeadToIt) {
  KeptTable table;
  table.put(row("a", "12345", 1));
  table.put(row("b", "12345", 2));
  table.put(row("c", "123", 3));
  EXPECT_EQ(table.bytes(), 8U);
  EXPECT_EQ(table.urls_of(sha256("12345")), (Urls{"a", "b"}));
  table.erase("a");
  EXPECT_EQ(table.bytes(), 8U);
  EXPECT_TRUE(table.holds(sha256("12345")));
  table.erase("b");
  table.erase("b");
  EXPECT_EQ(table.bytes(), 3U);
  EXPECT_FALSE(table.holds(sha256("12345")));
  EXPECT_TRUE(table.urls_of(sha256("12345")).empty());
}

TEST(KeptTable, ReplacesTheRowOfAUrl) {
  KeptTable table;
  table.put(row("a", "12345", 1, "x"));
  table.put(row("b", "1", 2, "x"));
  table.put(row("a", "123", 3, "y"));
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.bytes(), 4U);
  EXPECT_EQ(table.find("a")->content, sha256("123"));
  EXPECT_EQ(table.seen_first()->url, "b");
  EXPECT_EQ(table.earlier("x", {}, 9), (std::vector<Sha256>{sha256("1")}));
  EXPECT_FALSE(table.holds(sha256("12345")));
}

TEST(KeptTable, CountsRightWhenRowsDisagreeOnASize) {
  KeptTable table;
  KeptRow first = row("a", "12345", 1);
  KeptRow second = row("b", "12345", 2);
  second.size = 99;
  table.put(first);
  table.put(second);
  table.erase("a");
  table.erase("b");
  EXPECT_EQ(table.bytes(), 0U);
}

TEST(KeptTable, NamesEarlierContentsSeenLastFirstAndEachOnce) {
  KeptTable table;
  table.put(row("1", "one", 10, "app.*.css"));
  table.put(row("2", "two", 30, "app.*.css"));
  table.put(row("3", "three", 20, "app.*.css"));
  table.put(row("4", "two", 5, "app.*.css"));
  table.put(row("5", "other", 40, "app.*.js"));
  table.put(row("6", "nameless", 50));
  const auto contents = [](const std::vector<std::string_view>& texts) {
    std::vector<Sha256> digests;
    for (const auto text : texts) digests.push_back(sha256(text));
    return digests;
  };
  EXPECT_EQ(table.earlier("app.*.css", {}, 9), contents({"two", "three", "one"}));
  EXPECT_EQ(table.earlier("app.*.css", sha256("two"), 9), contents({"three", "one"}));
  EXPECT_EQ(table.earlier("app.*.css", sha256("two"), 1), contents({"three"}));
  EXPECT_TRUE(table.earlier("app.*.css", {}, 0).empty());
  EXPECT_TRUE(table.earlier("app.*", {}, 9).empty());
  EXPECT_TRUE(table.earlier("", {}, 9).empty());
}

TEST(KeptTable, GivesItsRowsByTimeAndByUrl) {
  KeptTable table;
  EXPECT_EQ(table.seen_first(), nullptr);
  table.put(row("b", "1", 2));
  table.put(row("a", "2", 1));
  table.put(row("c", "3", 3));
  EXPECT_EQ(urls(table.rows()), (Urls{"c", "b", "a"}));
  EXPECT_EQ(urls(table.after("", 2)), (Urls{"a", "b"}));
  EXPECT_EQ(urls(table.after("b", 2)), (Urls{"c"}));
  EXPECT_EQ(table.seen_first()->url, "a");
}

TEST(KeptTable, IsWholeAfterAMove) {
  KeptTable table;
  table.put(row("a url that is too long to be kept within its string", "1", 2, "x"));
  KeptTable moved = std::move(table);
  KeptTable other;
  std::swap(moved, other);
  EXPECT_EQ(other.seen_first()->seen, 2);
  EXPECT_EQ(other.earlier("x", {}, 9).size(), 1U);
  other.erase("a url that is too long to be kept within its string");
  EXPECT_EQ(other.bytes(), 0U);
  EXPECT_EQ(other.seen_first(), nullptr);
}

}  // namespace
}  // namespace frontis::media
