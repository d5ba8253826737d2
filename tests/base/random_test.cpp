#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace frontis {
namespace {

TEST(Random, FillsAllThatItIsGivenAndNeverAlike) {
  std::array<unsigned char, 256> one{};
  std::array<unsigned char, 256> other{};
  fill_with_random(one);
  fill_with_random(other);
  EXPECT_NE(one, other);
  // The chance that the last 32 of random bytes are zero is that of guessing a key.
  EXPECT_NE(std::count(one.end() - 32, one.end(), 0), 32);
}

}  // namespace
}  // namespace frontis
