#include "observe/counts.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace frontis::observe {
namespace {

const std::string site = "www.example.org";
const std::string route = "/static/";
const std::string shop = "shop";

http::Notes notes_of(std::string_view variant = "-") {
  http::Notes notes;
  notes.site = site;
  notes.route = route;
  notes.variant = variant;
  return notes;
}

Counts::Answered answered(const http::Notes& notes, int status, std::uint64_t bytes = 0) {
  Counts::Answered one{.notes = notes};
  one.status = status;
  one.bytes = bytes;
  one.duration_us = 70;
  one.is_whole = status == 200;
  one.host = "www.example.org";
  one.path = "/static/app.css";
  return one;
}

TEST(Counts, TellsRequestsByRouteStatusAndVariant) {
  Counts counts;
  http::Notes file = notes_of("br");
  file.content_size = 1'000;
  counts.record(answered(file, 200, 300));
  file.is_cold = true;
  counts.record(answered(file, 304));
  counts.record(answered(notes_of(), 404, 20));
  const LaneFigures figures = counts.read(Instant{});
  ASSERT_EQ(figures.routes.size(), 1U);
  const RouteFigures& one = figures.routes.front();
  EXPECT_EQ(one.site, site);
  EXPECT_EQ(one.route, route);
  const auto br = static_cast<std::size_t>(http::Coding::br);
  EXPECT_EQ(one.requests[br][1], 1U);
  EXPECT_EQ(one.requests[br][2], 1U);
  EXPECT_EQ(one.requests[no_variant][3], 1U);
  EXPECT_EQ(one.bytes, 320U);
  EXPECT_EQ(one.saved, 700U);
  EXPECT_EQ(one.not_modified, 1U);
  EXPECT_EQ(one.hits, 1U);
  EXPECT_EQ(one.misses, 1U);
  EXPECT_EQ(one.duration.total(), 3U);
}

TEST(Counts, SavesNothingWithAHeadAPartOrAClientThatLeft) {
  Counts counts;
  http::Notes file = notes_of("gzip");
  file.content_size = 1'000;
  Counts::Answered part = answered(file, 200);
  part.is_whole = false;
  counts.record(part);
  EXPECT_EQ(counts.read(Instant{}).routes.front().saved, 0U);
}

TEST(Counts, KnowsARouteByItsNameAndNotByWhereItLies) {
  Counts counts;
  std::string moving = "/a/";
  http::Notes notes = notes_of();
  notes.route = moving;
  counts.record(answered(notes, 200));
  moving = "/b/";  // another configuration has it there
  notes.route = moving;
  counts.record(answered(notes, 200));
  const std::string copy = "/a/";
  notes.route = copy;
  counts.record(answered(notes, 200));
  const LaneFigures figures = counts.read(Instant{});
  ASSERT_EQ(figures.routes.size(), 2U);
  EXPECT_EQ(figures.routes[0].route, "/a/");
  EXPECT_EQ(figures.routes[0].requests[no_variant][1], 2U);
}

TEST(Counts, HasAPlaceForWhatNoRouteTakes) {
  Counts counts;
  const http::Notes nowhere;
  counts.record(answered(nowhere, 404));
  EXPECT_EQ(counts.read(Instant{}).routes.front().route, "none");
}

TEST(Counts, IsBounded) {
  Counts counts;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < 3 * Counts::most_routes; ++i) names.push_back(std::to_string(i));
  for (const std::string& name : names) {
    http::Notes notes;
    notes.site = notes.route = name;
    notes.app = &name;
    counts.record(answered(notes, 200));
  }
  const LaneFigures figures = counts.read(Instant{});
  ASSERT_EQ(figures.routes.size(), Counts::most_routes + 1);
  EXPECT_EQ(figures.routes.back().route, "other");
  EXPECT_EQ(figures.routes.back().requests[no_variant][1], 2 * Counts::most_routes);
  ASSERT_EQ(figures.apps.size(), Counts::most_apps + 1);
  EXPECT_EQ(figures.apps.back().name, "other");
}

TEST(Counts, TellsOfApplications) {
  Counts counts;
  http::Notes notes = notes_of();
  notes.app = &shop;
  notes.app_us = 3'000;
  notes.app_retries = 2;
  counts.record(answered(notes, 200));
  counts.record(answered(notes, 502));
  const LaneFigures figures = counts.read(Instant{});
  ASSERT_EQ(figures.apps.size(), 1U);
  EXPECT_EQ(figures.apps[0].requests[1], 1U);
  EXPECT_EQ(figures.apps[0].requests[4], 1U);
  EXPECT_EQ(figures.apps[0].retries, 4U);
  ASSERT_EQ(figures.slow.size(), 1U);
  EXPECT_EQ(figures.slow[0].weight, 6'000U);
}

TEST(Counts, TellsApartWhatAnApplicationWasNotAsked) {
  Counts counts;
  http::Notes notes = notes_of();
  notes.app = &shop;
  notes.app_us = 3'000;  // of an earlier request
  notes.app_retries = 2;
  notes.is_cached = true;
  counts.record(answered(notes, 200));
  notes.is_refreshed = true;
  counts.record(answered(notes, 304));
  const LaneFigures figures = counts.read(Instant{});
  ASSERT_EQ(figures.apps.size(), 1U);
  EXPECT_EQ(figures.apps[0].cached, 2U);
  EXPECT_EQ(figures.apps[0].refreshes, 1U);
  EXPECT_EQ(figures.apps[0].requests, ByClass{});
  EXPECT_EQ(figures.apps[0].retries, 0U);
  EXPECT_EQ(figures.apps[0].duration.total(), 0U);
  EXPECT_TRUE(figures.slow.empty());
}

TEST(Counts, TellsOfErrorsThatAreNotTheClients) {
  Counts counts;
  const http::Notes notes = notes_of();
  for (const int status : {200, 304, 499}) counts.record(answered(notes, status));
  EXPECT_TRUE(counts.read(Instant{}).faulty.empty());
  for (const int status : {404, 500}) counts.record(answered(notes, status));
  const LaneFigures figures = counts.read(Instant{});
  ASSERT_EQ(figures.faulty.size(), 1U);
  EXPECT_EQ(figures.faulty[0].url, "www.example.org/static/app.css");
  EXPECT_EQ(figures.faulty[0].times, 2U);
}

TEST(Counts, LetsOldUrlsGo) {
  Counts counts;
  Instant now = Instant{} + std::chrono::hours(1);
  counts.read(now);
  counts.record(answered(notes_of(), 404));
  EXPECT_EQ(counts.read(now += std::chrono::seconds(151)).faulty.size(), 1U);
  EXPECT_TRUE(counts.read(now += std::chrono::seconds(151)).faulty.empty());
}

}  // namespace
}  // namespace frontis::observe
