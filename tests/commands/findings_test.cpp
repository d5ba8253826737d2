#include "commands/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontis::commands {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Findings, NameTheirPlaceWhereTheyHaveOne) {
  Findings findings;
  findings.add("frontis.yaml:3:5", "it leaks; mend it");
  findings.add("", "it squeaks; oil it");
  findings.note("frontis.yaml:1:1", "it is old");
  EXPECT_THAT(findings.all(),
              ElementsAre("frontis.yaml:3:5: it leaks; mend it", "it squeaks; oil it"));
  EXPECT_THAT(findings.notes(), ElementsAre("frontis.yaml:1:1: it is old"));
}

TEST(Findings, AreNotRepeated) {
  Findings findings;
  findings.add("a", "b");
  findings.add("a", "b");
  EXPECT_THAT(findings.all(), ElementsAre("a: b"));
  EXPECT_EQ(findings.left_out(), 0U);
}

TEST(Findings, BeyondTheBoundAreCounted) {
  Findings findings;
  for (std::size_t i = 0; i < Findings::most + 3; ++i) findings.add("", std::to_string(i));
  EXPECT_EQ(findings.all().size(), Findings::most);
  EXPECT_EQ(findings.left_out(), 3U);
}

TEST(Tally, TellsTenOfAKindAndCountsTheRest) {
  Findings findings;
  {
    Tally tally(findings, "here");
    for (int i = 0; i < 12; ++i) tally.add("holes", "hole " + std::to_string(i));
    tally.add("knots", "a knot");
  }
  EXPECT_EQ(findings.all().size(), 11U);
  EXPECT_EQ(findings.all().back(), "here: a knot");
  EXPECT_THAT(findings.notes(), ElementsAre("here: and 2 more holes"));
}

TEST(Tally, HasNothingToAddWhereAllWasTold) {
  Findings findings;
  {
    Tally tally(findings, "here");
    for (int i = 0; i < 10; ++i) tally.add("holes", "hole " + std::to_string(i));
  }
  EXPECT_THAT(findings.notes(), IsEmpty());
}

}  // namespace
}  // namespace frontis::commands
