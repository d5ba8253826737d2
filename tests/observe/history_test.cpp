#include "observe/history.h"

#include <gtest/gtest.h>

namespace frontis::observe {
namespace {

Figures figures_at(std::int64_t time_ms) {
  Figures figures;
  figures.time_ms = time_ms;
  figures.routes.emplace_back().route = "/";
  return figures;
}

TEST(Moment, IsWhatHappenedBetweenTwoLooksASecond) {
  const Figures earlier = figures_at(10'000);
  Figures later = figures_at(12'000);
  RouteFigures& route = later.routes.front();
  route.requests[0][1] = 6;
  route.requests[no_variant][4] = 2;
  route.bytes = 4'000;
  route.hits = 3;
  route.misses = 1;
  route.not_modified = 2;
  for (int i = 0; i < 8; ++i) route.duration.add(80);
  later.process.cpu_seconds = 1;
  later.connections.idle = 5;
  later.media.backlog = {1, 0, 2};
  const auto moment = moment_between(earlier, later);
  ASSERT_TRUE(moment);
  EXPECT_EQ(moment->time_ms, 12'000);
  EXPECT_EQ(moment->requests, 4);
  EXPECT_EQ(moment->by_class[1], 3);
  EXPECT_EQ(moment->by_class[4], 1);
  EXPECT_EQ(moment->bytes, 2'000);
  EXPECT_EQ(moment->hit_ratio, 0.75);
  EXPECT_EQ(moment->not_modified_ratio, 0.25);
  EXPECT_GT(moment->p99, 50e-6);
  EXPECT_LE(moment->p99, 100e-6);
  EXPECT_EQ(moment->processor, 0.5);
  EXPECT_EQ(moment->connections, 5U);
  EXPECT_EQ(moment->backlog, 3U);
}

TEST(Moment, IsQuietWhereNothingHappened) {
  const auto moment = moment_between(figures_at(1'000), figures_at(2'000));
  ASSERT_TRUE(moment);
  EXPECT_EQ(moment->requests, 0);
  EXPECT_EQ(moment->hit_ratio, 0);
  EXPECT_EQ(moment->p50, 0);
}

TEST(Moment, IsNoneWhereNoTimeHasPassedOrTheClockWasSetBack) {
  EXPECT_FALSE(moment_between(figures_at(2'000), figures_at(2'000)));
  EXPECT_FALSE(moment_between(figures_at(3'000), figures_at(2'000)));
}

TEST(Moment, NeverRunsBackwards) {
  Figures earlier = figures_at(1'000);
  earlier.routes.front().bytes = 100;
  EXPECT_EQ(moment_between(earlier, figures_at(2'000))->bytes, 0);
}

TEST(History, KeepsTheLastFiveMinutes) {
  History history;
  for (std::int64_t i = 0; i < 500; ++i) {
    Moment moment;
    moment.time_ms = i;
    history.add(moment);
  }
  ASSERT_EQ(history.moments().size(), History::most);
  EXPECT_EQ(history.moments().front().time_ms, 200);
  EXPECT_EQ(history.moments().back().time_ms, 499);
}

}  // namespace
}  // namespace frontis::observe
