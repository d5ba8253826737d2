#include "base/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <type_traits>

namespace frontis {
namespace {

int open_null() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open_in_kernel(int number) { return ::fcntl(number, F_GETFD) >= 0; }

static_assert(!std::is_copy_constructible_v<Descriptor>);
static_assert(!std::is_copy_assignable_v<Descriptor>);
static_assert(std::is_nothrow_move_constructible_v<Descriptor>);

TEST(Descriptor, ClosesWhenItGoes) {
  const int number = open_null();
  {
    const Descriptor descriptor(number);
    EXPECT_TRUE(descriptor.is_open());
    EXPECT_EQ(descriptor.number(), number);
    EXPECT_TRUE(is_open_in_kernel(number));
  }
  EXPECT_FALSE(is_open_in_kernel(number));
}

TEST(Descriptor, IsClosedUntilItIsGivenANumber) {
  const Descriptor none;
  EXPECT_FALSE(none.is_open());
  EXPECT_FALSE(Descriptor(-1).is_open());
}

TEST(Descriptor, CountsZeroAsOpen) {
  Descriptor descriptor(0);
  EXPECT_TRUE(descriptor.is_open());
  EXPECT_EQ(descriptor.release(), 0);
}

TEST(Descriptor, MovesWithoutClosing) {
  Descriptor first(open_null());
  const int number = first.number();
  Descriptor second(std::move(first));
  EXPECT_FALSE(first.is_open());  // NOLINT: that is the point
  EXPECT_EQ(second.number(), number);
  EXPECT_TRUE(is_open_in_kernel(number));
}

TEST(Descriptor, ClosesItsOldNumberWhenItIsAssignedANewOne) {
  Descriptor target(open_null());
  const int old_number = target.number();
  Descriptor other(open_null());
  const int number = other.number();
  target = std::move(other);
  EXPECT_FALSE(is_open_in_kernel(old_number));
  EXPECT_EQ(target.number(), number);
  EXPECT_TRUE(is_open_in_kernel(number));
}

TEST(Descriptor, SurvivesBeingAssignedToItself) {
  Descriptor descriptor(open_null());
  const int number = descriptor.number();
  Descriptor& same = descriptor;
  descriptor = std::move(same);
  EXPECT_EQ(descriptor.number(), number);
  EXPECT_TRUE(is_open_in_kernel(number));
}

TEST(Descriptor, LetsGoOfANumberThatSomebodyElseWillClose) {
  Descriptor descriptor(open_null());
  const int number = descriptor.release();
  EXPECT_FALSE(descriptor.is_open());
  descriptor.close();
  EXPECT_TRUE(is_open_in_kernel(number));
  ::close(number);
}

TEST(Descriptor, ClosesOnlyOnce) {
  Descriptor descriptor(open_null());
  const int number = descriptor.number();
  descriptor.close();
  const Descriptor reused(open_null());  // the kernel gives the lowest free number again
  EXPECT_EQ(reused.number(), number);
  descriptor.close();
  EXPECT_TRUE(is_open_in_kernel(number));
}

}  // namespace
}  // namespace frontis
