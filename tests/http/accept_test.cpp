#include "http/accept.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace frontis::http {
namespace {

struct Case {
  std::string_view accept;
  std::uint16_t expected;  // for image/avif
};

void expect_weights(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    EXPECT_EQ(explicit_weight(one.accept, "image/avif"), one.expected) << one.accept;
  }
}

TEST(ExplicitWeight, ReadsWhatBrowsersSend) {
  const std::string_view chromium =
      "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
  const std::string_view firefox =
      "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,"
      "*/*;q=0.5";
  const std::string_view page =
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,"
      "*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";
  const std::string_view older_safari =
      "image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5";
  for (const std::string_view accept : {chromium, firefox, page, older_safari}) {
    EXPECT_EQ(explicit_weight(accept, "image/webp"), 1000) << accept;
    EXPECT_EQ(explicit_weight(accept, "image/jxl"), 0) << accept;
  }
  expect_weights({{chromium, 1000}, {firefox, 1000}, {page, 1000}, {older_safari, 0}, {"*/*", 0}});
}

TEST(ExplicitWeight, CountsOnlyTheTypeItself) {
  expect_weights({
      {"image/avif", 1000},
      {"IMAGE/AVIF", 1000},
      {"", 0},
      {",", 0},
      {"image/*", 0},
      {"*/*", 0},
      {"*/*;q=1, image/*;q=1", 0},
      {"image/avif-sequence", 0},
      {"image/avi", 0},
      {"image/ avif", 0},
      {"image", 0},
      {"avif", 0},
      {"ximage/avif", 0},
  });
}

TEST(ExplicitWeight, IsInThousandths) {
  expect_weights({
      {"image/avif;q=1", 1000},
      {"image/avif;q=1.000", 1000},
      {"image/avif;q=0.5", 500},
      {"image/avif;q=0.05", 50},
      {"image/avif;q=0.001", 1},
      {"image/avif;Q=0.25", 250},
      {"image/avif;q=0", 0},
      {"image/avif;q=0.000", 0},
      {"image/avif; q=0.5", 500},
      {" image/avif ; q=0.5 ", 500},
      {"\timage/avif\t;\tq=0.5\t", 500},
      {"image/avif;;q=0.5", 500},
      {"image/avif;", 1000},
      {"image/avif;q=0.5;ext=1", 500},
  });
}

TEST(ExplicitWeight, SkipsWhatIsMalformed) {
  expect_weights({
      {"image/avif;q=", 0},
      {"image/avif;q", 0},
      {"image/avif;q=2", 0},
      {"image/avif;q=1.001", 0},
      {"image/avif;q=0.0001", 0},
      {"image/avif;q=-1", 0},
      {"image/avif;q=.5", 0},
      {"image/avif;q=0,5", 0},
      {"image/avif;q=high", 0},
      {"image/avif;q=high, image/avif;q=0.3", 300},
      {",,image/avif,,", 1000},
  });
}

TEST(ExplicitWeight, IsTheFirstOfTwo) {
  expect_weights({
      {"image/avif;q=0.2, image/avif", 200},
      {"image/avif;q=0, image/avif", 0},
      {"image/avif, image/avif;q=0", 1000},
  });
}

TEST(ExplicitWeight, LeavesAKindOfTheTypeAside) {
  expect_weights({
      {"image/avif;profile=hdr", 0},
      {"image/avif;profile=hdr;q=0.5", 0},
      {"image/avif;profile=hdr, image/avif;q=0.4", 400},
  });
}

TEST(ExplicitWeight, DoesNotLookIntoQuotedStrings) {
  expect_weights({
      {R"(text/html;title=", image/avif, ")", 0},
      {R"(text/html;title="a\", image/avif")", 0},
      {R"(text/html;title="a\\", image/avif)", 1000},
      {R"(text/html;title="a", image/avif;q=0.5)", 500},
      {R"(text/html;title="not closed, image/avif)", 0},
      {R"(text/html;title="not closed\)", 0},
      {R"(text/html\, image/avif)", 1000},
      {R"(image/avif")", 0},
  });
}

TEST(ExplicitWeight, LooksAtTheTypeThatIsAskedFor) {
  const std::string_view accept = "image/avif;q=0.9, image/webp;q=0.8, image/jpeg;q=0.7";
  EXPECT_EQ(explicit_weight(accept, "image/avif"), 900);
  EXPECT_EQ(explicit_weight(accept, "image/webp"), 800);
  EXPECT_EQ(explicit_weight(accept, "image/jpeg"), 700);
  EXPECT_EQ(explicit_weight(accept, "image/png"), 0);
}

}  // namespace
}  // namespace frontis::http
