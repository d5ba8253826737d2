#include "config/app_settings.h"

#include <gtest/gtest.h>

namespace frontis::config {
namespace {

TEST(Protocol, HasTheNameThatIsWritten) {
  EXPECT_EQ(name_of(Protocol::http), "http");
  EXPECT_EQ(name_of(Protocol::uwsgi), "uwsgi");
  EXPECT_EQ(name_of(Protocol::fastcgi), "fastcgi");
  EXPECT_EQ(name_of(Protocol::scgi), "scgi");
  EXPECT_EQ(name_of(Protocol::wsgi), "wsgi");
}

}  // namespace
}  // namespace frontis::config
