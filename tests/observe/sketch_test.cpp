#include "observe/sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

namespace frontis::observe {
namespace {

std::optional<UrlFigures> find(const std::vector<UrlFigures>& urls, const std::string& url) {
  const auto found = std::find_if(urls.begin(), urls.end(),
                                  [&url](const UrlFigures& one) { return one.url == url; });
  return found == urls.end() ? std::nullopt : std::optional(*found);
}

std::vector<UrlFigures> all_of(const auto& sketch) {
  std::vector<UrlFigures> urls;
  sketch.append_to(urls);
  return urls;
}

TEST(Sketch, AddsUpWhatComesAgain) {
  Sketch sketch;
  sketch.add("a.test", "/x", 5, 200);
  sketch.add("a.test", "/x", 9, 500);
  sketch.add("b.test", "/x", 1, 404);
  const auto urls = all_of(sketch);
  ASSERT_EQ(urls.size(), 2U);
  const auto url = find(urls, "a.test/x");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->times, 2U);
  EXPECT_EQ(url->weight, 14U);
  EXPECT_EQ(url->worst, 9U);
  EXPECT_EQ(url->status, 500);
}

TEST(Sketch, KeepsTheHeavyAmongThousandsOfLightOnes) {
  Sketch sketch;
  for (int i = 0; i < 5'000; ++i) {
    sketch.add("a.test", "/light/" + std::to_string(i), 1, 404);
    if (i % 10 == 0) sketch.add("a.test", "/heavy", 1, 404);
  }
  const auto urls = all_of(sketch);
  EXPECT_EQ(urls.size(), Sketch::places);
  const auto heavy = find(urls, "a.test/heavy");
  ASSERT_TRUE(heavy);
  EXPECT_LE(heavy->weight, 500U);
  EXPECT_GT(heavy->weight, 400U);
}

TEST(Sketch, NeverTellsMoreThanThereWas) {
  Sketch sketch;
  for (int i = 0; i < 1'000; ++i) sketch.add("", "/" + std::to_string(i), 1, 404);
  for (const UrlFigures& url : all_of(sketch)) EXPECT_LE(url.weight, 1U) << url.url;
}

TEST(Sketch, CutsWhatIsTooLong) {
  Sketch sketch;
  sketch.add("a.test", "/" + std::string(8'000, 'x'), 1, 200);
  sketch.add(std::string(500, 'h'), "/", 1, 200);
  for (const UrlFigures& url : all_of(sketch)) {
    EXPECT_EQ(url.url.size(), Sketch::longest);
    EXPECT_TRUE(url.url.ends_with("...")) << url.url;
  }
}

TEST(RecentSketch, ForgetsWhatWasBeforeTheLastTurn) {
  RecentSketch sketch;
  sketch.add("", "/old", 1, 200);
  sketch.turn();
  sketch.add("", "/new", 1, 200);
  EXPECT_EQ(all_of(sketch).size(), 2U);
  sketch.turn();
  EXPECT_FALSE(find(all_of(sketch), "/old"));
  EXPECT_TRUE(find(all_of(sketch), "/new"));
  sketch.turn();
  EXPECT_TRUE(all_of(sketch).empty());
}

}  // namespace
}  // namespace frontis::observe
