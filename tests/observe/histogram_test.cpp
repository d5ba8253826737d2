#include "observe/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>

namespace frontis::observe {
namespace {

Histogram of(std::initializer_list<std::uint64_t> times_us) {
  Histogram histogram;
  for (const std::uint64_t us : times_us) histogram.add(us);
  return histogram;
}

TEST(Histogram, CountsATimeUnderTheFirstBoundThatIsNotLess) {
  const Histogram histogram = of({0, 50, 51, 10'000'000, 10'000'001});
  EXPECT_EQ(histogram.counts[0], 2U);
  EXPECT_EQ(histogram.counts[1], 1U);
  EXPECT_EQ(histogram.counts[Histogram::bounds.size() - 1], 1U);
  EXPECT_EQ(histogram.counts[Histogram::bounds.size()], 1U);
  EXPECT_EQ(histogram.total(), 5U);
  EXPECT_EQ(histogram.sum_us, 20'000'102U);
}

TEST(Histogram, BoundsGrow) {
  EXPECT_TRUE(std::is_sorted(Histogram::bounds.begin(), Histogram::bounds.end()));
}

TEST(Histogram, SumsAndTakesApart) {
  const Histogram earlier = of({10, 2'000});
  Histogram later = earlier;
  later += of({70, 70});
  const Histogram grown = later.since(earlier);
  EXPECT_EQ(grown.total(), 2U);
  EXPECT_EQ(grown.counts[1], 2U);
  EXPECT_EQ(grown.sum_us, 140U);
}

TEST(Histogram, TellsNothingOfWhatBeganAnew) {
  EXPECT_EQ(of({10}).since(of({10, 10})).total(), 0U);
}

TEST(Histogram, PercentilesLieBetweenTheBounds) {
  EXPECT_EQ(Histogram().quantile(0.5), 0);
  Histogram histogram;
  for (int i = 0; i < 98; ++i) histogram.add(200);
  for (int i = 0; i < 2; ++i) histogram.add(2'000'000);
  EXPECT_NEAR(histogram.quantile(0.5), 100e-6 + 150e-6 * 50 / 98, 1e-9);
  EXPECT_NEAR(histogram.quantile(0.99), 1 + 1.5 / 2, 1e-9);
  EXPECT_NEAR(histogram.quantile(0.98), 250e-6, 1e-9);
  EXPECT_EQ(of({60'000'000}).quantile(0.5), 10);
}

}  // namespace
}  // namespace frontis::observe
