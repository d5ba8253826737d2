#include "http/date_cache.h"

#include <gtest/gtest.h>

namespace frontis::http {
namespace {

constexpr std::int64_t example = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT (RFC 9110, 5.6.7)

std::string written(std::int64_t seconds) {
  std::string text(date_length, '\0');
  write_date(seconds, text.data());
  return text;
}

TEST(DateCache, WritesTheDateOfEachSecond) {
  DateCache cache;
  EXPECT_EQ(cache.date(example), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.date(example), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(cache.date(example + 1), "Sun, 06 Nov 1994 08:49:38 GMT");
  EXPECT_EQ(cache.date(example), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(DateCache, WritesTheMomentAfterALifetime) {
  // Lifetimes whose remainders meet share a place and must not share a date.
  DateCache cache;
  for (int round = 0; round < 3; ++round) {
    for (const std::int64_t lifetime : {0, 1, 7, 8, 60, 3'600, 86'400, 604'800, 31'536'000}) {
      const std::int64_t now = example + round;
      EXPECT_EQ(cache.after(now, lifetime), written(now + lifetime)) << lifetime;
    }
  }
}

TEST(DateCache, LeavesADateWhereItIsWhileTheMomentAfterItIsWritten) {
  DateCache cache;
  const std::string_view date = cache.date(example);
  EXPECT_EQ(cache.after(example, 0), date);
  EXPECT_EQ(cache.after(example, 60), written(example + 60));
  EXPECT_EQ(date, written(example));
}

TEST(DateCache, KnowsTheEpoch) {
  DateCache cache;
  EXPECT_EQ(cache.date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(cache.after(0, 0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

}  // namespace
}  // namespace frontis::http
