#include "app/supervision.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>

#include "site_house.h"

namespace frontis::app {
namespace {

template <typename Condition>
bool comes_true(Condition is_true) {
  constexpr int patience = 20'000;  // milliseconds
  for (int i = 0; i < patience; ++i) {
    if (is_true()) return true;
    ::usleep(1'000);
  }
  return false;
}

bool has(const SiteHouse& house, std::uint32_t backends) {
  return comes_true([&] { return house.balancer.counts().backends == backends; });
}

TEST(Supervision, RunsSeveralApplicationsToTheirEnd) {
  SiteHouse first;
  SiteHouse second;
  first.app.wsgi.processes = second.app.wsgi.processes = 1;
  Supervision supervision(*first.log);
  supervision.add(first.app, first.balancer);
  supervision.add(second.app, second.balancer);
  supervision.start();
  EXPECT_TRUE(has(first, 1) && has(second, 1)) << first.said();
  supervision.reload(first.balancer);
  supervision.reload(second.balancer);
  EXPECT_TRUE(comes_true([&] { return first.started().size() == 2; }));
  EXPECT_TRUE(comes_true([&] { return second.started().size() == 2; }));
  supervision.stop(std::chrono::milliseconds(20'000));
  EXPECT_EQ(first.balancer.counts().backends + second.balancer.counts().backends, 0U);
  for (const pid_t pid : first.started()) EXPECT_FALSE(SiteHouse::runs(pid));
}

TEST(Supervision, ReplacesWhatALoopFoundStuck) {
  SiteHouse house;
  house.app.wsgi.processes = 1;
  Supervision supervision(*house.log);
  supervision.add(house.app, house.balancer);
  supervision.start();
  ASSERT_TRUE(has(house, 1)) << house.said();
  const pid_t before = house.started()[0];
  auto place = house.balancer.take();
  ASSERT_TRUE(place);
  supervision.stuck(house.balancer, place->backend());
  place.reset();
  EXPECT_TRUE(comes_true([&] { return !SiteHouse::runs(before); }));
  EXPECT_TRUE(has(house, 1)) << house.said();
}

TEST(Supervision, AddsReloadsAndRemovesOneWhileItRuns) {
  SiteHouse first;
  SiteHouse second;
  first.app.wsgi.processes = second.app.wsgi.processes = 1;
  Supervision supervision(*first.log);
  supervision.start();
  supervision.add(first.app, first.balancer);
  supervision.add(second.app, second.balancer);
  EXPECT_TRUE(has(first, 1) && has(second, 1)) << first.said();
  supervision.reload(first.balancer);
  EXPECT_TRUE(comes_true([&] { return first.started().size() == 2; }));
  EXPECT_EQ(second.started().size(), 1U);
  std::atomic<bool> has_ended = false;
  supervision.remove(second.balancer, std::chrono::milliseconds(20'000),
                     [&has_ended] { has_ended = true; });
  EXPECT_TRUE(comes_true([&] { return has_ended.load(); }));
  EXPECT_FALSE(SiteHouse::runs(second.started()[0]));
  EXPECT_TRUE(has(first, 1));
  supervision.stop(std::chrono::milliseconds(20'000));
}

TEST(Supervision, MayHaveNothingToDo) {
  SiteHouse house;
  Supervision supervision(*house.log);
  supervision.start();
  supervision.stop(std::chrono::milliseconds(0));
}

}  // namespace
}  // namespace frontis::app
