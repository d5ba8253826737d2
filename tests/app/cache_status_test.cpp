#include "app/cache_status.h"

#include <gtest/gtest.h>

namespace frontis::app {
namespace {

TEST(CacheStatus, IsWrittenAsTheRfcSays) {
  using Forward = CacheStatus::Forward;
  struct Case {
    int line;
    CacheStatus status;
    std::string_view expected;
  };
  const Case cases[] = {
      {__LINE__, {.ttl = 7}, "frontis; hit; ttl=7"},
      {__LINE__, {.ttl = -3}, "frontis; hit; ttl=-3"},
      {__LINE__, {.forward = Forward::miss, .stored = true}, "frontis; fwd=miss; stored"},
      {__LINE__, {.forward = Forward::miss, .collapsed = true}, "frontis; fwd=miss; collapsed"},
      {__LINE__,
       {.forward = Forward::stale, .forward_status = 503},
       "frontis; fwd=stale; fwd-status=503"},
      {__LINE__, {.forward = Forward::request, .stored = true}, "frontis; fwd=request; stored"},
      {__LINE__, {.forward = Forward::method}, "frontis; fwd=method"},
      {__LINE__,
       {.forward = Forward::bypass, .detail = "set-cookie"},
       "frontis; fwd=bypass; detail=set-cookie"},
      {__LINE__, {.stored = true, .collapsed = true}, "frontis; hit"},
  };
  for (const Case& test : cases) EXPECT_EQ(text_of(test.status), test.expected) << test.line;
}

}  // namespace
}  // namespace frontis::app
