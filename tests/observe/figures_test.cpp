#include "observe/figures.h"

#include <gtest/gtest.h>

#include <string>

namespace frontis::observe {
namespace {

LaneFigures lane_with(std::uint64_t requests) {
  LaneFigures lane;
  RouteFigures& route = lane.routes.emplace_back();
  route.site = "*";
  route.route = "/";
  route.requests[0][1] = requests;
  AppFigures& app = lane.apps.emplace_back();
  app.name = "shop";
  app.requests[1] = requests;
  lane.slow.push_back({"a.test/x", 1, requests, requests, 200});
  lane.connections.idle = 2;
  return lane;
}

TEST(Figures, SumWhatTheLanesHave) {
  Figures all;
  add(all, lane_with(3));
  add(all, lane_with(4));
  ASSERT_EQ(all.routes.size(), 1U);
  EXPECT_EQ(all.routes[0].by_class()[1], 7U);
  ASSERT_EQ(all.apps.size(), 1U);
  EXPECT_EQ(all.apps[0].requests[1], 7U);
  ASSERT_EQ(all.slow.size(), 1U);
  EXPECT_EQ(all.slow[0].times, 2U);
  EXPECT_EQ(all.slow[0].worst, 4U);
  EXPECT_EQ(all.connections.total(), 4U);
}

TEST(Figures, TellTheWorstUrlsFirst) {
  Figures all;
  for (std::uint64_t i = 0; i < 3 * most_urls; ++i) {
    all.faulty.push_back({"/" + std::to_string(i), 1, i, 1, 404});
  }
  rank_urls(all);
  ASSERT_EQ(all.faulty.size(), most_urls);
  EXPECT_EQ(all.faulty.front().weight, 3 * most_urls - 1);
}

}  // namespace
}  // namespace frontis::observe
