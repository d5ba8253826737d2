#include "observe/histogram.h"

#include <numeric>

namespace frontis::observe {

namespace {

constexpr double microseconds = 1e6;  // in a second

}  // namespace

std::uint64_t Histogram::total() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

Histogram& Histogram::operator+=(const Histogram& other) {
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  sum_us += other.sum_us;
  return *this;
}

Histogram Histogram::since(const Histogram& earlier) const {
  Histogram grown;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < earlier.counts[i]) return {};
    grown.counts[i] = counts[i] - earlier.counts[i];
  }
  grown.sum_us = sum_us - earlier.sum_us;
  return grown;
}

double Histogram::quantile(double share) const {
  const auto all = static_cast<double>(total());
  if (all == 0) return 0;
  const double wanted = share * all;
  double below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const auto here = static_cast<double>(counts[i]);
    if (here > 0 && below + here >= wanted) {
      const double low = i == 0 ? 0 : bounds[i - 1];
      return (low + (bounds[i] - low) * (wanted - below) / here) / microseconds;
    }
    below += here;
  }
  return bounds.back() / microseconds;
}

}  // namespace frontis::observe
