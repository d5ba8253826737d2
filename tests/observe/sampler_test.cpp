#include "observe/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace frontis::observe {
namespace {

// Six times the standard deviation: fails once in some hundred million runs.
TEST(Sampler, PicksTheShareThatIsAskedFor) {
  Sampler sampler;
  for (const std::uint32_t share : {2U, 10U, 100U, 1000U}) {
    constexpr double tries = 1e6;
    double picked = 0;
    for (int i = 0; i < tries; ++i) picked += sampler.picks(share);
    const double expected = tries / share;
    EXPECT_NEAR(picked, expected, 6 * std::sqrt(expected)) << share;
  }
}

TEST(Sampler, PicksAllOfOne) {
  Sampler sampler;
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(sampler.picks(1));
}

TEST(Sampler, PicksOthersThanTheSamplerOfAnotherLane) {
  Sampler one;
  Sampler other;
  int differing = 0;
  for (int i = 0; i < 1000; ++i) differing += one.picks(2) != other.picks(2);
  EXPECT_GT(differing, 300);
  EXPECT_LT(differing, 700);
}

// Whoever sends so many requests that they come at equal distances sees no pattern.
TEST(Sampler, PicksAtDistancesThatVary) {
  Sampler sampler;
  constexpr std::size_t share = 100;
  std::vector<std::size_t> distances;
  std::size_t distance = 0;
  while (distances.size() < 1000) {
    ++distance;
    if (!sampler.picks(share)) continue;
    distances.push_back(std::exchange(distance, 0));
  }
  std::size_t shorter = 0;
  for (const std::size_t each : distances) shorter += each < share;
  // Of waiting times that remember nothing, 63 % are shorter than their mean.
  EXPECT_NEAR(static_cast<double>(shorter), 630, 100);
}

}  // namespace
}  // namespace frontis::observe
