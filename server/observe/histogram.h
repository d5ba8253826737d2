// How long things took, as counts of what took at most so long: cheap to add to, exact to sum over
// loops, and the form that Prometheus wants. A percentile is read off it as well as the bounds
// allow. A plain value.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace frontis::observe {

struct Histogram {
  // In microseconds: from an answer out of memory to an application that is lost in thought.
  static constexpr std::array<std::uint32_t, 17> bounds{
      50,     100,     250,     500,     1'000,     2'500,     5'000,     10'000,    25'000,
      50'000, 100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000};

  // By bound; the last is for all that took longer. Not cumulative.
  std::array<std::uint64_t, bounds.size() + 1> counts{};
  std::uint64_t sum_us = 0;

  void add(std::uint64_t us) {
    std::size_t place = 0;
    while (place < bounds.size() && us > bounds[place]) ++place;
    ++counts[place];
    sum_us += us;
  }
  std::uint64_t total() const;
  Histogram& operator+=(const Histogram& other);
  // What was added since `earlier`; nothing where that is not an earlier state of the same.
  Histogram since(const Histogram& earlier) const;
  // The time within which this share (0 to 1) of all was done, in seconds; 0 when there is none.
  // Between two bounds it is taken to grow evenly, and beyond the last one it is that bound.
  double quantile(double share) const;
};

}  // namespace frontis::observe
