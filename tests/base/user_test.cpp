#include "base/user.h"

#include <gtest/gtest.h>

namespace frontis {
namespace {

TEST(UserText, IsTheNameOrElseTheNumber) {
  EXPECT_EQ(user_text(0), "user 'root'");
  EXPECT_EQ(user_text(123'456'789), "user 123456789");
}

}  // namespace
}  // namespace frontis
