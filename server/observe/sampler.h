// Which lines are written when only a share of them is wanted: each by chance, so that nobody who
// counts the own requests can tell which of them leaves no line. One belongs to each lane.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <random>

#include "base/random.h"

namespace frontis::observe {

class Sampler {
 public:
  Sampler() {
    std::array<unsigned char, sizeof(std::uint32_t)> random;
    fill_with_random(random);
    std::uint32_t seed = 0;
    std::memcpy(&seed, random.data(), sizeof seed);
    random_.seed(seed);
  }

  // True once in `share` times on the average, over many; `share` is not 0.
  bool picks(std::uint32_t share) { return random_() % share == 0; }

 private:
  std::minstd_rand random_;
};

}  // namespace frontis::observe
