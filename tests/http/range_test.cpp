#include "http/range.h"

#include <gtest/gtest.h>

namespace frontis::http {

bool operator==(const ByteRange& a, const ByteRange& b) {
  return a.first == b.first && a.last == b.last;
}
void PrintTo(const ByteRange& range, std::ostream* out) {
  *out << range.first << "-" << range.last;
}

namespace {

using Ranges = std::vector<ByteRange>;

struct Case {
  std::string_view field;
  std::uint64_t size;
  Ranges ranges;
};

void expect_partial(const std::vector<Case>& cases) {
  for (const Case& test : cases) {
    const RangeChoice choice = choose_ranges(test.field, test.size);
    EXPECT_EQ(choice.kind, RangeChoice::Kind::partial) << test.field << " of " << test.size;
    EXPECT_EQ(choice.ranges, test.ranges) << test.field << " of " << test.size;
  }
}

TEST(ChooseRanges, TakesOneRange) {
  expect_partial({
      {"bytes=0-499", 1000, {{0, 499}}},
      {"bytes=500-999", 1000, {{500, 999}}},
      {"bytes=0-0", 1000, {{0, 0}}},
      {"bytes=999-999", 1000, {{999, 999}}},
      {"bytes=0-0", 1, {{0, 0}}},
      {"bytes=0-", 1000, {{0, 999}}},
      {"bytes=999-", 1000, {{999, 999}}},
      {"bytes=007-0010", 1000, {{7, 10}}},
      {"BYTES=0-1", 1000, {{0, 1}}},
      {"Bytes=0-1", 1000, {{0, 1}}},
  });
}

TEST(ChooseRanges, CutsTheLastByteToTheSize) {
  expect_partial({
      {"bytes=0-1000", 1000, {{0, 999}}},
      {"bytes=500-99999", 1000, {{500, 999}}},
      {"bytes=0-18446744073709551615", 1000, {{0, 999}}},
      {"bytes=0-18446744073709551616", 1000, {{0, 999}}},
      {"bytes=5-99999999999999999999999999999", 1000, {{5, 999}}},
      {"bytes=18446744073709551613-",
       18446744073709551615u,
       {{18446744073709551613u, 18446744073709551614u}}},
  });
}

TEST(ChooseRanges, CountsASuffixFromTheEnd) {
  expect_partial({
      {"bytes=-1", 1000, {{999, 999}}},
      {"bytes=-500", 1000, {{500, 999}}},
      {"bytes=-1000", 1000, {{0, 999}}},
      {"bytes=-1001", 1000, {{0, 999}}},
      {"bytes=-99999999999999999999999", 1000, {{0, 999}}},
      {"bytes=-5", 1, {{0, 0}}},
  });
}

TEST(ChooseRanges, TakesSeveralInTheOrderAskedFor) {
  expect_partial({
      {"bytes=0-1,4-5", 1000, {{0, 1}, {4, 5}}},
      {"bytes=4-5,0-1", 1000, {{4, 5}, {0, 1}}},
      {"bytes=0-1,-2", 1000, {{0, 1}, {998, 999}}},
      {"bytes=0-4,5-9", 1000, {{0, 4}, {5, 9}}},
      {"bytes=0-499,500-", 1000, {{0, 499}, {500, 999}}},
      {"bytes=0-0,-1", 1000, {{0, 0}, {999, 999}}},
      {"bytes=0-499,501-999", 1000, {{0, 499}, {501, 999}}},
  });
}

TEST(ChooseRanges, AllowsBlanksAndEmptyMembersInTheList) {
  expect_partial({
      {"bytes=0-1, 4-5", 1000, {{0, 1}, {4, 5}}},
      {"bytes=0-1\t ,\t4-5", 1000, {{0, 1}, {4, 5}}},
      {"bytes= 0-1", 1000, {{0, 1}}},
      {"bytes=,0-1", 1000, {{0, 1}}},
      {"bytes=0-1,", 1000, {{0, 1}}},
      {"bytes=, ,0-1,, ,4-5,,", 1000, {{0, 1}, {4, 5}}},
      {" bytes=0-1 ", 1000, {{0, 1}}},
  });
}

TEST(ChooseRanges, LeavesOutWhatCannotBeSatisfied) {
  expect_partial({
      {"bytes=0-1,1000-1001", 1000, {{0, 1}}},
      {"bytes=2000-,0-1", 1000, {{0, 1}}},
      {"bytes=-0,0-1", 1000, {{0, 1}}},
      {"bytes=99999999999999999999999-,0-1", 1000, {{0, 1}}},
      {"bytes=1000-1001,1000-1001,-1", 1000, {{999, 999}}},
  });
}

TEST(ChooseRanges, CannotSatisfyWhatLiesBeyondTheEnd) {
  const std::vector<std::pair<std::string_view, std::uint64_t>> cases{
      {"bytes=1000-", 1000},
      {"bytes=1000-1000", 1000},
      {"bytes=1000-1001,2000-", 1000},
      {"bytes=18446744073709551615-", 1000},
      {"bytes=18446744073709551616-", 1000},
      {"bytes=99999999999999999999999-99999999999999999999999", 1000},
      {"bytes=-0", 1000},
      {"bytes=-000", 1000},
      {"bytes=-0,1000-", 1000},
      {"bytes=0-", 0},
      {"bytes=0-0", 0},
      {"bytes=-5", 0},
      {"bytes=-0", 0},
  };
  for (const auto& [field, size] : cases) {
    const RangeChoice choice = choose_ranges(field, size);
    EXPECT_EQ(choice.kind, RangeChoice::Kind::unsatisfiable) << field << " of " << size;
    EXPECT_TRUE(choice.ranges.empty()) << field;
  }
}

void expect_whole(std::string_view field, std::uint64_t size = 1000) {
  const RangeChoice choice = choose_ranges(field, size);
  EXPECT_EQ(choice.kind, RangeChoice::Kind::whole) << field;
  EXPECT_TRUE(choice.ranges.empty()) << field;
}

TEST(ChooseRanges, IgnoresWhatIsMalformedOrOfAnotherUnit) {
  for (const std::string_view field : {
           "",
           "bytes",
           "bytes=",
           "bytes=,",
           "bytes= , ,",
           "bytes=-",
           "bytes=--1",
           "bytes=1",
           "bytes=a-b",
           "bytes=0-b",
           "bytes=a-5",
           "bytes=5-4",
           "bytes=0-1,5-4",
           "bytes=0-1,x",
           "bytes=0-1;4-5",
           "bytes=0 -1",
           "bytes=0- 1",
           "bytes=- 1",
           "bytes=+0-1",
           "bytes=0-+1",
           "bytes=0x0-1",
           "bytes=0-1-2",
           "bytes=0--1",
           "bytes=1.5-2",
           "bytes =0-1",
           "bytes:0-1",
           "bytes 0-1",
           "byte=0-1",
           "bytess=0-1",
           "items=0-1",
           "none",
           "0-1",
           "=0-1",
           "bytes=0-1, items=2-3",
           "bytes=bytes=0-1",
           "bytes=0-1,*",
           "bytes=99999999999999999999-1",
           "bytes=0-1\r",
           "bytes=18446744073709551615-1",
       }) {
    expect_whole(field);
  }
  expect_whole("bytes=5-4", 0);
  expect_whole("bytes=x", 0);
}

TEST(ChooseRanges, AnswersOverlapsWithTheWhole) {
  for (const std::string_view field : {
           "bytes=0-1,0-1",
           "bytes=0-,0-",
           "bytes=0-5,5-9",
           "bytes=5-9,0-5",
           "bytes=0-9,2-3",
           "bytes=2-3,0-9",
           "bytes=0-,-1",
           "bytes=-1,-1",
           "bytes=900-,-500",
           "bytes=0-1,4-5,1-4",
           "bytes=0-600,500-",
           "bytes=999-99999,999-",
       }) {
    expect_whole(field);
  }
}

std::string many(std::size_t count) {
  std::string field = "bytes=";
  for (std::size_t i = 0; i < count; ++i) {
    field += std::to_string(i * 2) + "-" + std::to_string(i * 2) + ",";
  }
  return field;
}

TEST(ChooseRanges, AnswersMoreThanSixteenWithTheWhole) {
  EXPECT_EQ(choose_ranges(many(most_ranges), 1000).ranges.size(), most_ranges);
  expect_whole(many(most_ranges + 1));
  expect_whole(many(10'000), 1'000'000);
}

TEST(ContentRange, SaysWhichPartOfHowMuch) {
  EXPECT_EQ(content_range({0, 499}, 1234), "bytes 0-499/1234");
  EXPECT_EQ(content_range({0, 18446744073709551614u}, 18446744073709551615u),
            "bytes 0-18446744073709551614/18446744073709551615");
  EXPECT_EQ(content_range_unsatisfied(1234), "bytes */1234");
  EXPECT_EQ(content_range_unsatisfied(0), "bytes */0");
}

TEST(ByteRange, CountsBothItsEnds) {
  EXPECT_EQ((ByteRange{0, 0}.length()), 1);
  EXPECT_EQ((ByteRange{500, 999}.length()), 500);
}

}  // namespace
}  // namespace frontis::http
