#include "media/inspections.h"

#include <gtest/gtest.h>

namespace frontis::media {
namespace {

const Identity film{1, 2, 3, 4, 5};

Inspection inspected() {
  Inspection inspection;
  inspection.digest[0] = 7;
  inspection.magic = "video/mp4";
  inspection.bytes = std::make_shared<const std::string>("the film");
  return inspection;
}

TEST(InspectionsTest, OnlyTheFirstBegins) {
  Inspections inspections;
  EXPECT_TRUE(inspections.begin(film, "a.mp4"));
  EXPECT_FALSE(inspections.begin(film, "a.mp4"));
  EXPECT_FALSE(inspections.find(film, "a.mp4"));
}

TEST(InspectionsTest, WhatIsFinishedIsKnownWithoutItsBytes) {
  Inspections inspections;
  ASSERT_TRUE(inspections.begin(film, "a.mp4"));
  inspections.finish(film, "a.mp4", inspected());
  const auto known = inspections.find(film, "a.mp4");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->digest, inspected().digest);
  EXPECT_EQ(known->magic, "video/mp4");
  EXPECT_EQ(known->bytes, nullptr);
  EXPECT_FALSE(inspections.begin(film, "a.mp4"));
}

TEST(InspectionsTest, AnotherNameOrAChangedFileIsNotKnown) {
  Inspections inspections;
  inspections.finish(film, "a.mp4", inspected());
  EXPECT_FALSE(inspections.find(film, "b.mp4"));
  EXPECT_FALSE(inspections.find(Identity{1, 2, 3, 4, 6}, "a.mp4"));
}

TEST(InspectionsTest, WhatWasGivenUpMayBeBegunAgainAndWhatIsKnownStays) {
  Inspections inspections;
  ASSERT_TRUE(inspections.begin(film, "a.mp4"));
  inspections.give_up(film, "a.mp4");
  EXPECT_TRUE(inspections.begin(film, "a.mp4"));
  inspections.finish(film, "a.mp4", inspected());
  inspections.give_up(film, "a.mp4");
  EXPECT_TRUE(inspections.find(film, "a.mp4"));
}

}  // namespace
}  // namespace frontis::media
