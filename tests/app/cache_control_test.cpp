#include "app/cache_control.h"

#include <gtest/gtest.h>

#include <string>

namespace frontis::app {
namespace {

std::string text_of(std::string_view field) {
  const CacheControl control = parse_cache_control(field);
  std::string out;
  const auto flag = [&out](bool is_set, std::string_view name) {
    if (is_set) out.append(name).append(" ");
  };
  const auto time = [&out](const std::optional<Seconds>& value, std::string_view name) {
    if (value) out.append(name).append("=").append(std::to_string(*value)).append(" ");
  };
  flag(control.no_cache, "no-cache");
  flag(control.no_store, "no-store");
  flag(control.only_if_cached, "only-if-cached");
  flag(control.is_private, "private");
  flag(control.is_public, "public");
  flag(control.must_revalidate, "must-revalidate");
  flag(control.must_understand, "must-understand");
  time(control.max_age, "max-age");
  time(control.s_maxage, "s-maxage");
  time(control.min_fresh, "min-fresh");
  time(control.max_stale, "max-stale");
  time(control.stale_while_revalidate, "swr");
  time(control.stale_if_error, "sie");
  return out;
}

TEST(CacheControl, IsReadAsItsGrammarSays) {
  struct Case {
    int line;
    std::string_view field;
    std::string_view expected;
  };
  const Case cases[] = {
      {__LINE__, "", ""},
      {__LINE__, "no-cache", "no-cache "},
      {__LINE__, "No-Store , PRIVATE", "no-store private "},
      {__LINE__, ",, public,must-revalidate,", "public must-revalidate "},
      {__LINE__, "proxy-revalidate", "must-revalidate "},
      {__LINE__, "must-understand", "must-understand "},
      {__LINE__, "only-if-cached", "only-if-cached "},
      {__LINE__, "max-age=60, s-maxage=10", "max-age=60 s-maxage=10 "},
      {__LINE__, "max-age=\"60\"", "max-age=60 "},
      {__LINE__, "min-fresh=5, max-stale=7", "min-fresh=5 max-stale=7 "},
      {__LINE__, "max-stale", "max-stale=2147483647 "},
      {__LINE__, "stale-while-revalidate=30, stale-if-error=86400", "swr=30 sie=86400 "},
      // Qualified forms count for the whole.
      {__LINE__, "private=\"set-cookie\", max-age=5", "private max-age=5 "},
      {__LINE__, "no-cache=\"a, no-store, b\", max-age=5", "no-cache max-age=5 "},
      {__LINE__, "x=\"max-age=5", ""},
      {__LINE__, "x=\"a\\\"b, public\", private", "private "},
      // Malformed times make it stale, and of two the first counts.
      {__LINE__, "max-age", "max-age=0 "},
      {__LINE__, "max-age=", "max-age=0 "},
      {__LINE__, "max-age=-1", "max-age=0 "},
      {__LINE__, "max-age=1.5", "max-age=0 "},
      {__LINE__, "max-age=ten", "max-age=0 "},
      {__LINE__, "max-age=5, max-age=100", "max-age=5 "},
      {__LINE__, "max-age=99999999999999999999999", "max-age=2147483647 "},
      {__LINE__, "immutable, no-transform, community=\"UCI\"", ""},
  };
  for (const Case& test : cases) EXPECT_EQ(text_of(test.field), test.expected) << test.line;
}

}  // namespace
}  // namespace frontis::app
