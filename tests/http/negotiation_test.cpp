#include "http/negotiation.h"

#include <gtest/gtest.h>

#include <ostream>
#include <vector>

namespace frontis::http {

void PrintTo(Coding coding, std::ostream* out) { *out << row_of(coding).token; }

namespace {

struct WeightCase {
  std::optional<std::string_view> field;
  std::array<std::uint16_t, codings> weight;  // identity, gzip, br, zstd, dcz
};

void expect_weights(const std::vector<WeightCase>& cases) {
  for (const WeightCase& test : cases) {
    EXPECT_EQ(coding_weights(test.field).weight, test.weight) << test.field.value_or("(none)");
  }
}

TEST(CodingWeights, AcceptOnlyIdentityWhereNothingIsAskedFor) {
  expect_weights({
      {std::nullopt, {1, 0, 0, 0}},
      {"", {1, 0, 0, 0}},
      {" ", {1, 0, 0, 0}},
      {",,", {1, 0, 0, 0}},
      {"deflate", {1, 0, 0, 0}},
      {"compress, x-compress, dcb", {1, 0, 0, 0}},
  });
}

TEST(CodingWeights, TakeTheCodingsThatAreNamed) {
  expect_weights({
      {"gzip, dcb, dcz", {1, 1000, 0, 0, 1000}},
      {"*", {1000, 1000, 1000, 1000, 0}},
      {"gzip", {1, 1000, 0, 0}},
      {"br", {1, 0, 1000, 0}},
      {"zstd", {1, 0, 0, 1000}},
      {"identity", {1000, 0, 0, 0}},
      {"gzip, deflate, br, zstd", {1, 1000, 1000, 1000}},
      {"gzip,deflate,br", {1, 1000, 1000, 0}},
      {"GZIP, Br, zStd", {1, 1000, 1000, 1000}},
      {"x-gzip", {1, 1000, 0, 0}},
      {"X-GZip;q=0.5", {1, 500, 0, 0}},
      {"gzip\t,\tbr", {1, 1000, 1000, 0}},
      {", gzip,, br ,", {1, 1000, 1000, 0}},
      {"gzip2, xgzip, brotli, zst", {1, 0, 0, 0}},
  });
}

TEST(CodingWeights, ReadWeightsInThousandths) {
  expect_weights({
      {"gzip;q=0.5", {1, 500, 0, 0}},
      {"gzip;q=0.123", {1, 123, 0, 0}},
      {"gzip;q=0.05", {1, 50, 0, 0}},
      {"gzip;q=0.001", {1, 1, 0, 0}},
      {"gzip;q=1", {1, 1000, 0, 0}},
      {"gzip;q=1.", {1, 1000, 0, 0}},
      {"gzip;q=1.0", {1, 1000, 0, 0}},
      {"gzip;q=1.000", {1, 1000, 0, 0}},
      {"gzip;q=0", {1, 0, 0, 0}},
      {"gzip;q=0.", {1, 0, 0, 0}},
      {"gzip;q=0.000", {1, 0, 0, 0}},
      {"gzip;Q=0.5", {1, 500, 0, 0}},
      {"gzip ; q=0.5", {1, 500, 0, 0}},
      {"gzip\t;\tq=0.5 ", {1, 500, 0, 0}},
      {"gzip;q=0.8, br;q=0.9, zstd;q=1.0", {1, 800, 900, 1000}},
  });
}

TEST(CodingWeights, IgnoreOtherParameters) {
  expect_weights({
      {"gzip;level=9", {1, 1000, 0, 0}},
      {"gzip;level=9;q=0.5", {1, 500, 0, 0}},
      {"gzip;q=0.5;level=9", {1, 500, 0, 0}},
      {"gzip;level", {1, 1000, 0, 0}},
      {"gzip;", {1, 1000, 0, 0}},
      {"gzip;;q=0.5", {1, 500, 0, 0}},
      {"gzip;qs=0.5", {1, 1000, 0, 0}},
  });
}

TEST(CodingWeights, SkipMalformedMembers) {
  expect_weights({
      {"gzip;q=2", {1, 0, 0, 0}},        {"gzip;q=1.001", {1, 0, 0, 0}},
      {"gzip;q=1.1", {1, 0, 0, 0}},      {"gzip;q=0.1234", {1, 0, 0, 0}},
      {"gzip;q=.5", {1, 0, 0, 0}},       {"gzip;q=-1", {1, 0, 0, 0}},
      {"gzip;q=0,5", {1, 0, 0, 0}},      {"gzip;q=", {1, 0, 0, 0}},
      {"gzip;q", {1, 0, 0, 0}},          {"gzip;q=x", {1, 0, 0, 0}},
      {"gzip;q=0.x", {1, 0, 0, 0}},      {"gzip;q=\"0.5\"", {1, 0, 0, 0}},
      {"gzip;q = 0.5", {1, 0, 0, 0}},    {"gzip;q=00", {1, 0, 0, 0}},
      {"gzip;q=10", {1, 0, 0, 0}},       {"gzip br", {1, 0, 0, 0}},
      {"gzip q=1, br", {1, 0, 1000, 0}}, {"gzip;q=2, br", {1, 0, 1000, 0}},
      {"\"gzip\", br", {1, 0, 1000, 0}}, {"=, ;, ;q=1, br", {1, 0, 1000, 0}},
  });
}

TEST(CodingWeights, GiveTheStarToWhatIsNotNamed) {
  expect_weights({
      {"*", {1000, 1000, 1000, 1000}},
      {"*;q=0", {0, 0, 0, 0}},
      {"*;q=0.5", {500, 500, 500, 500}},
      {"gzip, *;q=0", {0, 1000, 0, 0}},
      {"*;q=0, gzip", {0, 1000, 0, 0}},
      {"gzip;q=0, *", {1000, 0, 1000, 1000}},
      {"identity, *;q=0", {1000, 0, 0, 0}},
      {"identity;q=0", {0, 0, 0, 0}},
      {"identity;q=0, *", {0, 1000, 1000, 1000}},
      {"identity;q=0.5, *;q=0", {500, 0, 0, 0}},
      {"br;q=1.0, gzip;q=0.8, *;q=0.1", {100, 800, 1000, 100}},
      {"*;q=2, gzip", {1, 1000, 0, 0}},
  });
}

TEST(CodingWeights, CountTheFirstOfTwoForOneCoding) {
  expect_weights({
      {"gzip;q=0.5, gzip", {1, 500, 0, 0}},
      {"gzip;q=0, x-gzip", {1, 0, 0, 0}},
      {"*;q=0.5, *;q=0", {500, 500, 500, 500}},
      {"gzip;q=9, gzip;q=0.5", {1, 500, 0, 0}},
  });
}

constexpr Candidate identity{Coding::identity, 1000};
constexpr Candidate gzip{Coding::gzip, 300};
constexpr Candidate br{Coding::br, 200};
constexpr Candidate zstd{Coding::zstd, 250};

struct ChoiceCase {
  std::optional<std::string_view> field;
  std::vector<Candidate> candidates;
  std::optional<Coding> expected;
};

void expect_choices(const std::vector<ChoiceCase>& cases) {
  for (const ChoiceCase& test : cases) {
    const CodingWeights weights = coding_weights(test.field);
    EXPECT_EQ(choose_coding(weights, test.candidates), test.expected)
        << test.field.value_or("(none)");
    const std::vector<Candidate> reversed(test.candidates.rbegin(), test.candidates.rend());
    EXPECT_EQ(choose_coding(weights, reversed), test.expected)
        << test.field.value_or("(none)") << ", reversed";
  }
}

TEST(LastCodingWeights, AreThoseOfEachFieldInTurn) {
  LastCodingWeights last;
  const std::optional<std::string_view> fields[] = {
      "gzip, br;q=0.5", "gzip, br;q=0.5", std::nullopt, "", "br",
      std::nullopt,     std::nullopt,     "*;q=0"};
  for (const auto& field : fields) {
    EXPECT_EQ(last.of(field).weight, coding_weights(field).weight) << field.value_or("none");
  }
}

TEST(CodingWeights, KnowWhetherAnyCodingIsTaken) {
  for (const char* field : {"gzip", "identity, zstd;q=0.001", "*", "dcz"}) {
    EXPECT_TRUE(coding_weights(field).take_codings()) << field;
  }
  for (const char* field : {"", "identity", "gzip;q=0", "*;q=0", "identity;q=0", "compress"}) {
    EXPECT_FALSE(coding_weights(field).take_codings()) << field;
  }
  EXPECT_FALSE(coding_weights(std::nullopt).take_codings());
}

TEST(ChooseCoding, TakesTheHighestWeight) {
  const std::vector<Candidate> all{identity, gzip, br, zstd};
  expect_choices({
      {std::nullopt, all, Coding::identity},
      {"", all, Coding::identity},
      {"gzip", all, Coding::gzip},
      {"gzip;q=0.9, br;q=0.8", all, Coding::gzip},
      {"gzip;q=0.1", all, Coding::gzip},
      {"gzip;q=0.001", all, Coding::gzip},
      {"gzip;q=0.5, identity", all, Coding::identity},
      {"gzip;q=0.5, identity;q=0.4", all, Coding::gzip},
      {"gzip;q=0", all, Coding::identity},
      {"deflate", all, Coding::identity},
      {"*;q=0.5, zstd", all, Coding::zstd},
      {"br;q=0.1, *;q=0.5", {identity, br}, Coding::identity},
  });
}

TEST(ChooseCoding, TakesTheSmallestOfEqualWeight) {
  const std::vector<Candidate> all{identity, gzip, br, zstd};
  expect_choices({
      {"gzip, deflate, br, zstd", all, Coding::br},
      {"gzip, zstd", all, Coding::zstd},
      {"gzip, br, zstd", {identity, {Coding::gzip, 10}, br, zstd}, Coding::gzip},
      {"*", all, Coding::br},
      {"gzip, identity", all, Coding::gzip},
      {"gzip, identity", {{Coding::identity, 10}, {Coding::gzip, 30}}, Coding::identity},
      {"gzip, identity", {{Coding::identity, 10}, {Coding::gzip, 10}}, Coding::identity},
      {"*", {{Coding::zstd, 10}, {Coding::identity, 10}}, Coding::identity},
  });
}

TEST(ChooseCoding, TakesWhatThereIs) {
  expect_choices({
      {"gzip, br, zstd", {identity}, Coding::identity},
      {"gzip, br, zstd", {identity, gzip}, Coding::gzip},
      {"br;q=0.1, gzip", {identity, br}, Coding::br},
      {"gzip;q=0.1", {identity, br}, Coding::identity},
  });
}

TEST(ChooseCoding, TakesNothingThatIsNotAcceptable) {
  const std::vector<Candidate> all{identity, gzip, br, zstd};
  expect_choices({
      {"*;q=0", all, std::nullopt},
      {"identity;q=0", all, std::nullopt},
      {"identity;q=0", {identity}, std::nullopt},
      {"identity;q=0, gzip", {identity}, std::nullopt},
      {"identity;q=0, gzip", {identity, gzip}, Coding::gzip},
      {"identity;q=0, *", all, Coding::br},
      {"gzip, *;q=0", {identity, br}, std::nullopt},
      {"gzip, *;q=0", {identity, gzip}, Coding::gzip},
      {"gzip", {}, std::nullopt},
  });
}

}  // namespace
}  // namespace frontis::http
