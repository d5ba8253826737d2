#include "http/date.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace frontis::http {
namespace {

constexpr std::int64_t now = 1'700'000'000;  // Tue, 14 Nov 2023 22:13:20 GMT

TEST(FormatDate, WritesImfFixdate) {
  const std::vector<std::pair<std::int64_t, std::string_view>> cases{
      {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
      {-1, "Wed, 31 Dec 1969 23:59:59 GMT"},
      {784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
      {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
      {1'000'000'000, "Sun, 09 Sep 2001 01:46:40 GMT"},
      {1'078'012'800, "Sun, 29 Feb 2004 00:00:00 GMT"},
      {now, "Tue, 14 Nov 2023 22:13:20 GMT"},
      {4'107'542'400, "Mon, 01 Mar 2100 00:00:00 GMT"},
      {-62'167'219'200, "Sat, 01 Jan 0000 00:00:00 GMT"},
      {253'402'300'799, "Fri, 31 Dec 9999 23:59:59 GMT"},
  };
  for (const auto& [seconds, text] : cases) EXPECT_EQ(format_date(seconds), text) << seconds;
}

TEST(FormatDate, ClampsWhatFourDigitsCannotSay) {
  EXPECT_EQ(format_date(253'402'300'800), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(format_date(std::numeric_limits<std::int64_t>::max()), "Fri, 31 Dec 9999 23:59:59 GMT");
  EXPECT_EQ(format_date(std::numeric_limits<std::int64_t>::min()), "Sat, 01 Jan 0000 00:00:00 GMT");
}

TEST(WriteDate, WritesExactlyItsLength) {
  std::string room(date_length + 2, '#');
  write_date(784111777, room.data() + 1);
  EXPECT_EQ(room, "#Sun, 06 Nov 1994 08:49:37 GMT#");
}

TEST(ParseDate, ReadsEachOfTheThreeFormats) {
  const std::vector<std::pair<std::string_view, std::int64_t>> cases{
      {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
      {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
      {"Sun Nov  6 08:49:37 1994", 784111777},
      {"Sun Nov 16 08:49:37 1994", 784975777},
      {"Sun Nov 06 08:49:37 1994", 784111777},
      {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
      {"Wed, 31 Dec 1969 23:59:59 GMT", -1},
      {"Tue, 29 Feb 2000 00:00:00 GMT", 951782400},
      {"Mon, 06 Nov 1994 08:49:37 GMT", 784111777},  // the weekday need not fit
      {"Fri, 31 Dec 9999 23:59:59 GMT", 253'402'300'799},
      {"Sat, 01 Jan 0000 00:00:00 GMT", -62'167'219'200},
      {"Wednesday, 01-Jan-20 00:00:00 GMT", 1'577'836'800},
      {"Thursday, 29-Feb-96 12:00:00 GMT", 825'595'200},
      {"Thu Jan  1 00:00:00 1970", 0},
  };
  for (const auto& [text, seconds] : cases) EXPECT_EQ(parse_date(text, now), seconds) << text;
}

TEST(ParseDate, TakesALeapSecondForTheNextOne) {
  constexpr std::int64_t new_year_2017 = 1'483'228'800;
  EXPECT_EQ(parse_date("Sat, 31 Dec 2016 23:59:60 GMT", now), new_year_2017);
  EXPECT_EQ(parse_date("Saturday, 31-Dec-16 23:59:60 GMT", now), new_year_2017);
  EXPECT_EQ(parse_date("Sat Dec 31 23:59:60 2016", now), new_year_2017);
}

TEST(ParseDate, PutsATwoDigitYearAtMostFiftyYearsAhead) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases{
      {"Monday, 01-Jan-73 00:00:00 GMT", "Sun, 01 Jan 2073 00:00:00 GMT"},
      {"Monday, 14-Nov-73 22:13:20 GMT", "Tue, 14 Nov 2073 22:13:20 GMT"},  // to the second
      {"Monday, 14-Nov-73 22:13:21 GMT", "Wed, 14 Nov 1973 22:13:21 GMT"},
      {"Monday, 15-Nov-73 00:00:00 GMT", "Thu, 15 Nov 1973 00:00:00 GMT"},
      {"Monday, 01-Dec-73 00:00:00 GMT", "Sat, 01 Dec 1973 00:00:00 GMT"},
      {"Monday, 01-Jan-74 00:00:00 GMT", "Tue, 01 Jan 1974 00:00:00 GMT"},
      {"Monday, 01-Jan-99 00:00:00 GMT", "Fri, 01 Jan 1999 00:00:00 GMT"},
      {"Monday, 29-Feb-00 00:00:00 GMT", "Tue, 29 Feb 2000 00:00:00 GMT"},
      {"Monday, 14-Nov-23 00:00:00 GMT", "Tue, 14 Nov 2023 00:00:00 GMT"},
      {"Monday, 01-Jan-24 00:00:00 GMT", "Mon, 01 Jan 2024 00:00:00 GMT"},
  };
  for (const auto& [text, expected] : cases) {
    const auto seconds = parse_date(text, now);
    ASSERT_TRUE(seconds) << text;
    EXPECT_EQ(format_date(*seconds), expected) << text;
  }
}

TEST(ParseDate, CrossesTheCenturyWithTheClock) {
  constexpr std::int64_t in_2099 = 4'073'673'600;  // Mon, 02 Feb 2099 00:00:00 GMT
  const auto early = parse_date("Monday, 01-Jan-01 00:00:00 GMT", in_2099);
  ASSERT_TRUE(early);
  EXPECT_EQ(format_date(*early), "Sat, 01 Jan 2101 00:00:00 GMT");
  const auto late = parse_date("Monday, 01-Jan-98 00:00:00 GMT", in_2099);
  ASSERT_TRUE(late);
  EXPECT_EQ(format_date(*late), "Wed, 01 Jan 2098 00:00:00 GMT");
}

TEST(ParseDate, RefusesWhatTheGrammarDoesNotHave) {
  for (const std::string_view text : {
           "",
           " ",
           "0",
           "784111777",
           "yesterday",
           "GMT",
           "Sun, 06 Nov 1994 08:49:37",      // no zone
           "Sun, 06 Nov 1994 08:49:37 UTC",  // another zone
           "Sun, 06 Nov 1994 08:49:37 gmt",  // letter case counts
           "sun, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06 nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 1994 08:49:37 +0000",
           "Sun, 06 Nov 1994 08:49:37 GMT ",  // more behind it
           " Sun, 06 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
           "Sun, 6 Nov 1994 08:49:37 GMT",  // one digit
           "Sun,  6 Nov 1994 08:49:37 GMT",
           "Sun, 06 Nov 94 08:49:37 GMT",
           "Sun 06 Nov 1994 08:49:37 GMT",
           "Sun, 06-Nov-1994 08:49:37 GMT",  // a hybrid that was never in a grammar
           "Sun, 06-Nov-94 08:49:37 GMT",    // RFC 850 spells the weekday out
           "Sunday, 06 Nov 1994 08:49:37 GMT",
           "Sunday, 06-Nov-1994 08:49:37 GMT",
           "sunday, 06-Nov-94 08:49:37 GMT",
           "Sun Nov 6 08:49:37 1994",  // asctime pads the day
           "Sun Nov  6 08:49:37 94",
           "Sun Nov  6 08:49:37 1994 GMT",
           "Sun Nov x6 08:49:37 1994",
           "Xxx, 06 Nov 1994 08:49:37 GMT",  // no such weekday
           "unM, 06 Nov 1994 08:49:37 GMT",
           "Xxxday, 06-Nov-94 08:49:37 GMT",
           "Xxx Nov  6 08:49:37 1994",
           "Sun, 06 Xxx 1994 08:49:37 GMT",  // no such month
           "Sun, 06 anF 1994 08:49:37 GMT",
           "Sunday, 06-Xxx-94 08:49:37 GMT",
           "Sun Xxx  6 08:49:37 1994",
           "Sun, 00 Nov 1994 08:49:37 GMT",  // no such day
           "Sun, 31 Nov 1994 08:49:37 GMT",
           "Sun, 32 Dec 1994 08:49:37 GMT",
           "Tue, 29 Feb 2100 00:00:00 GMT",
           "Tuesday, 29-Feb-99 00:00:00 GMT",
           "Sun Nov  0 08:49:37 1994",
           "Sun, 06 Nov 1994 24:00:00 GMT",  // no such time
           "Sun, 06 Nov 1994 08:60:00 GMT",
           "Sun, 06 Nov 1994 08:49:61 GMT",
           "Sun, 06 Nov 1994 8:49:37 GMT",
           "Sun, 06 Nov 1994 08.49.37 GMT",
           "Sun, 06 Nov -994 08:49:37 GMT",
           "Sun, +6 Nov 1994 08:49:37 GMT",
       }) {
    EXPECT_EQ(parse_date(text, now), std::nullopt) << text;
  }
}

TEST(ParseDate, UndoesFormatDate) {
  for (std::int64_t seconds = -62'167'219'200; seconds < 253'402'300'799;
       seconds += 39'999'983'777 / 37) {
    EXPECT_EQ(parse_date(format_date(seconds), now), seconds);
  }
}

TEST(ParseDate, BearsAnyClock) {
  for (const std::int64_t clock : {std::numeric_limits<std::int64_t>::min(), std::int64_t{0},
                                   std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(parse_date("Sun, 06 Nov 1994 08:49:37 GMT", clock), 784111777);
    EXPECT_TRUE(parse_date("Sunday, 06-Nov-94 08:49:37 GMT", clock));
  }
}

}  // namespace
}  // namespace frontis::http
