#include "http/headers.h"

#include <gtest/gtest.h>

#include <vector>

namespace frontis::http {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(FieldName, KnowsEveryNameInAnyLetterCase) {
  const std::vector<std::pair<std::string_view, FieldName>> cases{
      {"Accept", FieldName::accept},
      {"Accept-Encoding", FieldName::accept_encoding},
      {"Access-Control-Request-Method", FieldName::access_control_request_method},
      {"Available-Dictionary", FieldName::available_dictionary},
      {"Connection", FieldName::connection},
      {"Content-Length", FieldName::content_length},
      {"Content-Type", FieldName::content_type},
      {"Expect", FieldName::expect},
      {"Host", FieldName::host},
      {"If-Match", FieldName::if_match},
      {"If-Modified-Since", FieldName::if_modified_since},
      {"If-None-Match", FieldName::if_none_match},
      {"If-Range", FieldName::if_range},
      {"If-Unmodified-Since", FieldName::if_unmodified_since},
      {"Origin", FieldName::origin},
      {"Range", FieldName::range},
      {"Referer", FieldName::referer},
      {"Sec-Fetch-Mode", FieldName::sec_fetch_mode},
      {"Sec-Fetch-Site", FieldName::sec_fetch_site},
      {"Transfer-Encoding", FieldName::transfer_encoding},
      {"Upgrade", FieldName::upgrade},
      {"User-Agent", FieldName::user_agent},
  };
  ASSERT_EQ(cases.size(), known_fields);
  for (const auto& [name, expected] : cases) {
    std::string lower(name);
    std::string upper(name);
    for (char& c : lower) c = static_cast<char>(std::tolower(c));
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(field_name(name), expected) << name;
    EXPECT_EQ(field_name(lower), expected) << lower;
    EXPECT_EQ(field_name(upper), expected) << upper;
  }
}

TEST(FieldName, IsOtherForWhatOnlyLooksAlike) {
  for (const std::string_view name :
       {""sv, "H"sv, "Hos"sv, "Hosts"sv, "Hast"sv, "Range "sv, "X-Forwarded-For"sv, "Cookie"sv,
        "If\rMatch"sv, "Content_Length"sv, "Content-Lengtx"sv, "\xff\xff\xff\xff"sv}) {
    EXPECT_EQ(field_name(name), FieldName::other) << name;
  }
}

TEST(HeaderBlock, KeepsFieldsAsTextInTheirOrder) {
  HeaderBlock block;
  EXPECT_TRUE(block.empty());
  block.add("ETag", "\"a\"").add("Vary", "Accept-Encoding").add("X-Empty", "");
  EXPECT_EQ(block.text(), "ETag: \"a\"\r\nVary: Accept-Encoding\r\nX-Empty: \r\n");
  EXPECT_FALSE(block.empty());
}

TEST(HeaderBlock, FindsTheFirstValueInAnyLetterCase) {
  HeaderBlock block;
  block.add("Link", "</a>").add("LINK", "</b>").add("X-Empty", "");
  EXPECT_EQ(block.find("link"), "</a>");
  EXPECT_EQ(block.find("x-empty"), "");
  EXPECT_EQ(block.find("x"), std::nullopt);
  EXPECT_EQ(HeaderBlock().find("x"), std::nullopt);
}

TEST(HeaderBlock, WalksItsFieldsAsPairs) {
  HeaderBlock block;
  block.add("A", "1: 2").add("B", "").add("C", "3");
  std::vector<std::pair<std::string_view, std::string_view>> seen;
  block.for_each(
      [&](std::string_view name, std::string_view value) { seen.emplace_back(name, value); });
  const decltype(seen) expected{{"A", "1: 2"}, {"B", ""}, {"C", "3"}};
  EXPECT_EQ(seen, expected);
}

TEST(Replaced, PutsFieldsInThePlaceOfThoseOfTheSameName) {
  HeaderBlock base;
  base.add("A", "1").add("B", "2").add("a", "3").add("C", "4");
  EXPECT_EQ(replaced(base, HeaderBlock()).text(), base.text());
  HeaderBlock other;
  other.add("a", "5").add("D", "6").add("A", "7");
  EXPECT_EQ(replaced(base, other).text(), "B: 2\r\nC: 4\r\na: 5\r\nD: 6\r\nA: 7\r\n");
  EXPECT_EQ(replaced(HeaderBlock(), other).text(), other.text());
}

TEST(HeaderBlockDeathTest, RefusesWhatWouldSplitTheResponse) {
  HeaderBlock block;
  EXPECT_DEATH(block.add("", "x"), "");
  EXPECT_DEATH(block.add("A b", "x"), "");
  EXPECT_DEATH(block.add("A:", "x"), "");
  EXPECT_DEATH(block.add("A", "x\r\nSet-Cookie: y"), "");
  EXPECT_DEATH(block.add("A", "x\ny"), "");
  EXPECT_DEATH(block.add("A", "x\ry"), "");
  EXPECT_DEATH(block.add("A", "x\0y"sv), "");
}

TEST(Token, IsOneOrMoreOfTheCharactersOfRfc9110) {
  for (const std::string_view good : {"a", "GET", "x-y_z", "!#$%&'*+-.^_`|~09azAZ"}) {
    EXPECT_TRUE(is_token(good)) << good;
  }
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool good = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      "!#$%&'*+-.^_`|~"s.find(c) != std::string::npos;
    EXPECT_EQ(is_token(std::string(1, c)), good) << byte;
    EXPECT_EQ(is_token("a"s + c), good) << byte;
  }
  EXPECT_FALSE(is_token(""));
}

TEST(FieldValue, HasNoControlBytesButTheTab) {
  for (const std::string_view good : {""sv, "a b"sv, "a\tb"sv, "caf\xc3\xa9"sv, "\xff"sv}) {
    EXPECT_TRUE(is_field_value(good)) << good;
  }
  for (int byte = 0; byte < 256; ++byte) {
    const bool good = byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    EXPECT_EQ(is_field_value("a"s + static_cast<char>(byte) + "b"), good) << byte;
  }
}

}  // namespace
}  // namespace frontis::http
