#include "http/conditional.h"

#include <gtest/gtest.h>

#include "http/date.h"
#include "make_request.h"

namespace frontis::http {
namespace {

using enum Precondition;

constexpr std::int64_t modified = 1'000'000'000;
constexpr std::int64_t now = 1'700'000'000;
constexpr std::string_view date = "Sun, 09 Sep 2001 01:46:40 GMT";  // `modified`
constexpr std::string_view earlier = "Sun, 09 Sep 2001 01:46:39 GMT";
constexpr std::string_view later = "Sun, 09 Sep 2001 01:46:41 GMT";
constexpr std::string_view future = "Tue, 14 Nov 2023 22:13:21 GMT";
constexpr std::string_view far_future = "Fri, 31 Dec 9999 23:59:59 GMT";
constexpr std::string_view rfc850 = "Sunday, 09-Sep-01 01:46:40 GMT";
constexpr std::string_view asctime = "Sun Sep  9 01:46:40 2001";

constexpr Validators strong{"\"a\"", modified};
constexpr Validators weak{"W/\"a\"", modified};
constexpr Validators undated{"\"a\"", 0};
constexpr Validators untagged{"", modified};

struct Case {
  int line;
  Method method;
  FieldLines fields;
  Validators validators;
  Precondition expected;
};

void expect_all(const std::vector<Case>& cases) {
  for (const Case& test : cases) {
    const MadeRequest made(test.fields, test.method);
    EXPECT_EQ(evaluate(made.get(), test.validators, now), test.expected) << "line " << test.line;
  }
}

constexpr Method get = Method::get;
constexpr Method head = Method::head;
constexpr Method put = Method::put;

TEST(Evaluate, ProceedsWithoutAnyCondition) {
  expect_all({
      {__LINE__, get, {}, strong, proceed},
      {__LINE__, get, {{"Range", "bytes=0-1"}, {"If-Range", "\"x\""}}, strong, proceed},
      {__LINE__, put, {}, untagged, proceed},
  });
}

TEST(Evaluate, ComparesIfNoneMatchWeakly) {
  expect_all({
      {__LINE__, get, {{"If-None-Match", "\"a\""}}, strong, not_modified},
      {__LINE__, head, {{"If-None-Match", "\"a\""}}, strong, not_modified},
      {__LINE__, get, {{"If-None-Match", "W/\"a\""}}, strong, not_modified},
      {__LINE__, get, {{"If-None-Match", "\"a\""}}, weak, not_modified},
      {__LINE__, get, {{"If-None-Match", "W/\"a\""}}, weak, not_modified},
      {__LINE__, get, {{"If-None-Match", "\"b\""}}, strong, proceed},
      {__LINE__, get, {{"If-None-Match", "\"A\""}}, strong, proceed},
      {__LINE__, get, {{"If-None-Match", "\"b\", \"a\""}}, strong, not_modified},
      {__LINE__,
       get,
       {{"If-None-Match", "\"b\""}, {"If-None-Match", "\"a\""}},
       strong,
       not_modified},
      {__LINE__, get, {{"If-None-Match", "\"b\""}, {"If-None-Match", "\"c\""}}, strong, proceed},
      {__LINE__, get, {{"If-None-Match", "*"}}, strong, not_modified},
      {__LINE__, get, {{"If-None-Match", "*"}}, untagged, not_modified},
      {__LINE__, get, {{"If-None-Match", "\"a\""}}, untagged, proceed},
      {__LINE__, get, {{"If-None-Match", ""}}, strong, proceed},
      {__LINE__, get, {{"If-None-Match", "a"}}, strong, proceed},
  });
}

TEST(Evaluate, FailsIfNoneMatchForOtherMethods) {
  expect_all({
      {__LINE__, put, {{"If-None-Match", "*"}}, strong, failed},
      {__LINE__, put, {{"If-None-Match", "\"a\""}}, strong, failed},
      {__LINE__, Method::delete_, {{"If-None-Match", "W/\"a\""}}, strong, failed},
      {__LINE__, Method::post, {{"If-None-Match", "\"b\""}}, strong, proceed},
  });
}

TEST(Evaluate, ComparesIfMatchStrongly) {
  expect_all({
      {__LINE__, get, {{"If-Match", "\"a\""}}, strong, proceed},
      {__LINE__, get, {{"If-Match", "\"b\""}}, strong, failed},
      {__LINE__, get, {{"If-Match", "W/\"a\""}}, strong, failed},
      {__LINE__, get, {{"If-Match", "\"a\""}}, weak, failed},
      {__LINE__, get, {{"If-Match", "W/\"a\""}}, weak, failed},
      {__LINE__, get, {{"If-Match", "*"}}, weak, proceed},
      {__LINE__, get, {{"If-Match", "*"}}, untagged, proceed},
      {__LINE__, get, {{"If-Match", "\"a\""}}, untagged, failed},
      {__LINE__, get, {{"If-Match", "\"b\", \"a\""}}, strong, proceed},
      {__LINE__, get, {{"If-Match", "\"b\""}, {"If-Match", "\"a\""}}, strong, proceed},
      {__LINE__, get, {{"If-Match", ""}}, strong, failed},
      {__LINE__, put, {{"If-Match", "\"a\""}}, strong, proceed},
      {__LINE__, put, {{"If-Match", "\"b\""}}, strong, failed},
  });
}

TEST(Evaluate, ComparesIfModifiedSinceWithTheLastModification) {
  expect_all({
      {__LINE__, get, {{"If-Modified-Since", date}}, strong, not_modified},
      {__LINE__, head, {{"If-Modified-Since", date}}, strong, not_modified},
      {__LINE__, get, {{"If-Modified-Since", later}}, strong, not_modified},
      {__LINE__, get, {{"If-Modified-Since", earlier}}, strong, proceed},
      {__LINE__, get, {{"If-Modified-Since", rfc850}}, strong, not_modified},
      {__LINE__, get, {{"If-Modified-Since", asctime}}, strong, not_modified},
      {__LINE__, get, {{"If-Modified-Since", date}}, untagged, not_modified},
      {__LINE__, get, {{"If-Modified-Since", date}}, undated, proceed},
      {__LINE__, put, {{"If-Modified-Since", date}}, strong, proceed},
      {__LINE__, Method::delete_, {{"If-Modified-Since", date}}, strong, proceed},
  });
}

TEST(Evaluate, IgnoresADateThatIsNone) {
  expect_all({
      {__LINE__, get, {{"If-Modified-Since", ""}}, strong, proceed},
      {__LINE__, get, {{"If-Modified-Since", "today"}}, strong, proceed},
      {__LINE__, get, {{"If-Modified-Since", "1000000000"}}, strong, proceed},
      {__LINE__, get, {{"If-Modified-Since", date}, {"If-Modified-Since", date}}, strong, proceed},
      {__LINE__, get, {{"If-Unmodified-Since", "today"}}, strong, proceed},
      {__LINE__,
       get,
       {{"If-Unmodified-Since", earlier}, {"If-Unmodified-Since", earlier}},
       strong,
       proceed},
  });
}

TEST(Evaluate, IgnoresIfModifiedSinceInTheFuture) {
  const Validators ahead{"\"a\"", now + 1};
  expect_all({
      {__LINE__, get, {{"If-Modified-Since", future}}, strong, proceed},
      {__LINE__, get, {{"If-Modified-Since", far_future}}, strong, proceed},
      {__LINE__, get, {{"If-Modified-Since", format_date(now)}}, strong, not_modified},
      // A file from the future got that very date from us.
      {__LINE__, get, {{"If-Modified-Since", future}}, ahead, not_modified},
      {__LINE__, get, {{"If-Modified-Since", far_future}}, ahead, proceed},
  });
}

TEST(Evaluate, ComparesIfUnmodifiedSinceWithTheLastModification) {
  expect_all({
      {__LINE__, get, {{"If-Unmodified-Since", date}}, strong, proceed},
      {__LINE__, get, {{"If-Unmodified-Since", later}}, strong, proceed},
      {__LINE__, get, {{"If-Unmodified-Since", far_future}}, strong, proceed},
      {__LINE__, get, {{"If-Unmodified-Since", earlier}}, strong, failed},
      {__LINE__, put, {{"If-Unmodified-Since", earlier}}, strong, failed},
      {__LINE__, get, {{"If-Unmodified-Since", "Sunday, 09-Sep-01 01:46:39 GMT"}}, strong, failed},
      {__LINE__, get, {{"If-Unmodified-Since", earlier}}, undated, proceed},
  });
}

TEST(Evaluate, TakesTheFourInTheirOrder) {
  expect_all({
      // If-Match silences If-Unmodified-Since.
      {__LINE__, get, {{"If-Match", "\"a\""}, {"If-Unmodified-Since", earlier}}, strong, proceed},
      {__LINE__, get, {{"If-Match", "\"b\""}, {"If-Unmodified-Since", later}}, strong, failed},
      // If-None-Match silences If-Modified-Since.
      {__LINE__, get, {{"If-None-Match", "\"b\""}, {"If-Modified-Since", later}}, strong, proceed},
      {__LINE__,
       get,
       {{"If-None-Match", "\"a\""}, {"If-Modified-Since", earlier}},
       strong,
       not_modified},
      {__LINE__, get, {{"If-None-Match", ""}, {"If-Modified-Since", later}}, strong, proceed},
      // The first pair goes before the second.
      {__LINE__, get, {{"If-None-Match", "\"a\""}, {"If-Match", "\"b\""}}, strong, failed},
      {__LINE__, get, {{"If-None-Match", "\"a\""}, {"If-Match", "\"a\""}}, strong, not_modified},
      {__LINE__, get, {{"If-None-Match", "\"b\""}, {"If-Match", "\"a\""}}, strong, proceed},
      {__LINE__,
       get,
       {{"If-Unmodified-Since", earlier}, {"If-None-Match", "\"a\""}},
       strong,
       failed},
      {__LINE__,
       get,
       {{"If-Unmodified-Since", later}, {"If-None-Match", "\"a\""}},
       strong,
       not_modified},
      {__LINE__,
       get,
       {{"If-Unmodified-Since", later}, {"If-Modified-Since", later}},
       strong,
       not_modified},
      {__LINE__,
       get,
       {{"If-Unmodified-Since", earlier}, {"If-Modified-Since", later}},
       strong,
       failed},
      {__LINE__, get, {{"If-Match", "*"}, {"If-None-Match", "*"}}, strong, not_modified},
      {__LINE__, put, {{"If-Match", "*"}, {"If-None-Match", "*"}}, strong, failed},
      {__LINE__,
       get,
       {{"If-Match", "\"a\""},
        {"If-Unmodified-Since", earlier},
        {"If-None-Match", "\"b\""},
        {"If-Modified-Since", later}},
       strong,
       proceed},
  });
}

TEST(Evaluate, IgnoresConditionsWhereNothingIsSelected) {
  for (const Method method : {Method::options, Method::trace, Method::connect}) {
    expect_all({
        {__LINE__, method, {{"If-Match", "\"b\""}}, strong, proceed},
        {__LINE__, method, {{"If-None-Match", "*"}}, strong, proceed},
        {__LINE__, method, {{"If-Unmodified-Since", earlier}}, strong, proceed},
    });
  }
}

TEST(AnyMatch, ReadsListsTolerantly) {
  struct ListCase {
    std::string_view list;
    std::string_view etag;
    bool weakly;
    bool strongly;
  };
  const std::vector<ListCase> cases{
      {"*", "\"a\"", true, true},
      {" * ", "W/\"a\"", true, true},
      {"\"a\"", "\"a\"", true, true},
      {"W/\"a\"", "\"a\"", true, false},
      {"\"a\"", "W/\"a\"", true, false},
      {"W/\"a\"", "W/\"a\"", true, false},
      {"w/\"a\"", "\"a\"", false, false},  // W is case-sensitive
      {"\"a\",\"b\"", "\"b\"", true, true},
      {"\"a\" , \"b\"", "\"b\"", true, true},
      {"\"a\"\t,\t\"b\"", "\"b\"", true, true},
      {",, ,\"a\",,", "\"a\"", true, true},
      {", \"b\" ,,\"a\"", "\"a\"", true, true},
      {"W/\"b\", \"a\"", "\"a\"", true, true},
      {"W/\"a\", \"a\"", "\"a\"", true, true},
      {"\"\"", "\"\"", true, true},
      {"\"a,b\"", "\"a,b\"", true, true},
      {"\"a,b\"", "\"b\"", false, false},
      {"\"a,b\", \"b\"", "\"b\"", true, true},
      {"\"a\\\"", "\"a\\\"", true, true},  // no escapes in an etag
      {"\"caf\xc3\xa9\"", "\"caf\xc3\xa9\"", true, true},
      {"\"a\"", "\"ab\"", false, false},
      {"\"ab\"", "\"a\"", false, false},
      {"", "\"a\"", false, false},
      {",", "\"a\"", false, false},
      {"a", "\"a\"", false, false},
      {"a, \"a\"", "\"a\"", false, false},  // what follows a malformed member is not read
      {"\"a\", b", "\"a\"", true, true},    // what comes before it is
      {"\"a\"x, \"a\"", "\"a\"", false, false},
      {"\"a\" \"a\"", "\"a\"", false, false},
      {"\"a", "\"a\"", false, false},
      {"a\"", "\"a\"", false, false},
      {"\"", "\"a\"", false, false},
      {"W/", "\"a\"", false, false},
      {"W/a", "\"a\"", false, false},
      {"W \"a\"", "\"a\"", false, false},
      {"\"b c\", \"a\"", "\"a\"", false, false},  // a space is no etagc
      {"\"b\x7f\", \"a\"", "\"a\"", false, false},
      {"*, \"a\"", "\"a\"", false, false},
      {"\"a\", *", "\"b\"", false, false},
      {"**", "\"a\"", false, false},
      {"\"a\"", "", false, false},
      {"\"*\"", "\"a\"", false, false},
  };
  for (const ListCase& test : cases) {
    EXPECT_EQ(any_match_weak(test.list, test.etag), test.weakly) << test.list;
    EXPECT_EQ(any_match_strong(test.list, test.etag), test.strongly) << test.list;
  }
}

TEST(RangeApplies, OnlyWhenIfRangeMatchesStrongly) {
  struct RangeCase {
    int line;
    FieldLines fields;
    Validators validators;
    bool expected;
  };
  const std::vector<RangeCase> cases{
      {__LINE__, {}, strong, true},
      {__LINE__, {{"If-Match", "\"b\""}}, strong, true},
      {__LINE__, {{"If-Range", "\"a\""}}, strong, true},
      {__LINE__, {{"If-Range", "\"b\""}}, strong, false},
      {__LINE__, {{"If-Range", "W/\"a\""}}, strong, false},
      {__LINE__, {{"If-Range", "\"a\""}}, weak, false},
      {__LINE__, {{"If-Range", "W/\"a\""}}, weak, false},
      {__LINE__, {{"If-Range", "\"a\""}}, untagged, false},
      {__LINE__, {{"If-Range", "*"}}, strong, false},
      {__LINE__, {{"If-Range", ""}}, strong, false},
      {__LINE__, {{"If-Range", "a"}}, strong, false},
      {__LINE__, {{"If-Range", "\"a\", \"b\""}}, strong, false},
      {__LINE__, {{"If-Range", "\"a\""}, {"If-Range", "\"a\""}}, strong, false},
      {__LINE__, {{"If-Range", date}}, strong, true},
      {__LINE__, {{"If-Range", rfc850}}, strong, true},
      {__LINE__, {{"If-Range", asctime}}, strong, true},
      {__LINE__, {{"If-Range", earlier}}, strong, false},
      {__LINE__, {{"If-Range", later}}, strong, false},
      {__LINE__, {{"If-Range", date}}, untagged, true},
      {__LINE__, {{"If-Range", date}}, weak, true},
      {__LINE__, {{"If-Range", date}}, undated, false},
      {__LINE__, {{"If-Range", "Thu, 01 Jan 1970 00:00:00 GMT"}}, undated, false},
      {__LINE__, {{"If-Range", "tomorrow"}}, strong, false},
      {__LINE__, {{"If-Range", far_future}}, strong, false},
  };
  for (const RangeCase& test : cases) {
    const MadeRequest made(test.fields);
    EXPECT_EQ(range_applies(made.get(), test.validators, now), test.expected)
        << "line " << test.line;
  }
}

TEST(RangeApplies, NotByADateWhoseSecondIsNotOver) {
  const MadeRequest made({{"If-Range", date}});
  EXPECT_FALSE(range_applies(made.get(), strong, modified - 1));
  EXPECT_FALSE(range_applies(made.get(), strong, modified));
  EXPECT_TRUE(range_applies(made.get(), strong, modified + 1));
}

}  // namespace
}  // namespace frontis::http
