#include "config/fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

using testing::ElementsAreArray;

TEST_P(Malformed, IsToldByPlaceFaultAndRemedy) {
  const Loaded loaded = load_text(GetParam().yaml, "frontis.yaml");
  std::vector<std::string> texts;
  for (const Fault& fault : loaded.faults) texts.push_back(fault.text());
  EXPECT_THAT(texts, ElementsAreArray(GetParam().faults));
  EXPECT_FALSE(loaded.settings.has_value());
}

TEST(Faults, ComeInTheOrderOfTheFileAndOnlyOnce) {
  Faults faults("a.yaml");
  faults.add({2, 1}, "third");
  faults.add({1, 7}, "second");
  faults.add({1, 2}, "first");
  faults.add({1, 7}, "second");
  std::vector<std::string> texts;
  for (const Fault& fault : faults.sorted()) texts.push_back(fault.text());
  EXPECT_THAT(texts,
              ElementsAreArray({"a.yaml:1:2: first", "a.yaml:1:7: second", "a.yaml:2:1: third"}));
}

TEST(Faults, AreAtMostAHundred) {
  Faults faults("a.yaml");
  for (int line = 5000; line > 0; --line) faults.add({line, 1}, "bad");
  EXPECT_EQ(faults.sorted().size(), 100U);
}

TEST(Fault, OfAWholeFileHasNoLine) {
  EXPECT_EQ((Fault{"a.yaml", 0, 0, "is missing"}).text(), "a.yaml: is missing");
}

}  // namespace
}  // namespace frontis::config
