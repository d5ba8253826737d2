#include "base/text.h"

#include <gtest/gtest.h>

#include <array>

namespace frontis {
namespace {

TEST(Text, LowersAsciiLettersAndNothingElse) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_upper = byte >= 'A' && byte <= 'Z';
    EXPECT_EQ(ascii_lower(c), is_upper ? static_cast<char>(byte + 32) : c) << byte;
  }
  EXPECT_EQ(lower_case("WWW.Example.ORG:80[@`{\xc3\x89"), "www.example.org:80[@`{\xc3\x89");
  EXPECT_EQ(lower_case(""), "");
}

struct HexRow {
  char digit;
  int value;
};

TEST(Text, KnowsTheValueOfAHexadecimalDigit) {
  constexpr HexRow rows[] = {{'0', 0},  {'9', 9},  {'a', 10}, {'f', 15},  {'A', 10},
                             {'F', 15}, {'g', -1}, {'G', -1}, {'/', -1},  {':', -1},
                             {'@', -1}, {'`', -1}, {' ', -1}, {'\0', -1}, {'\xff', -1}};
  for (const HexRow& row : rows) EXPECT_EQ(hex_value(row.digit), row.value) << row.digit;
}

struct EqualRow {
  std::string_view a, b;
  bool equal;
};

TEST(Text, ComparesWithoutRegardToAsciiCase) {
  constexpr EqualRow rows[] =
      {
          {"", "", true},
          {"Host", "hOST", true},
          {"host", "hosts", false},
          {"a", "b", false},
          {"@", "`", false},
          {"[", "{", false},
          {"\xc3\x89", "\xc3\xa9", false},  // letters beyond ASCII keep their case
      };
  for (const EqualRow& row : rows) {
    EXPECT_EQ(equal_ignoring_case(row.a, row.b), row.equal) << row.a << " and " << row.b;
    EXPECT_EQ(equal_ignoring_case(row.b, row.a), row.equal) << row.b << " and " << row.a;
  }
}

struct TrimRow {
  std::string_view text, trimmed;
};

TEST(Text, TrimsSpacesAndTabsAtBothEnds) {
  constexpr TrimRow rows[] = {
      {"", ""},
      {" ", ""},
      {" \t \t", ""},
      {"x", "x"},
      {" x", "x"},
      {"x\t", "x"},
      {" \ta b\t c \t", "a b\t c"},
      {"\nx\r", "\nx\r"},  // only what RFC 9110 calls white space
  };
  for (const TrimRow& row : rows) EXPECT_EQ(trim(row.text), row.trimmed) << row.text;
}

struct DecimalRow {
  std::string_view digits;
  std::optional<std::uint64_t> value;
};

TEST(Text, ReadsDecimalNumbersThatFit64Bits) {
  constexpr DecimalRow rows[] = {
      {"0", 0},
      {"007", 7},
      {"4294967296", 4294967296},
      {"18446744073709551615", UINT64_MAX},
      {"000018446744073709551615", UINT64_MAX},
      {"18446744073709551616", std::nullopt},
      {"18446744073709551620", std::nullopt},
      {"99999999999999999999999", std::nullopt},
      {"", std::nullopt},
      {"+1", std::nullopt},
      {"-1", std::nullopt},
      {" 1", std::nullopt},
      {"1 ", std::nullopt},
      {"1,2", std::nullopt},
      {"0x10", std::nullopt},
      {"\xb2", std::nullopt},
  };
  for (const DecimalRow& row : rows) EXPECT_EQ(parse_decimal(row.digits), row.value) << row.digits;
}

TEST(Text, WritesLowerCaseHexadecimal) {
  constexpr std::array<unsigned char, 5> bytes{0x00, 0x0f, 0xa0, 0x7e, 0xff};
  EXPECT_EQ(to_hex(bytes), "000fa07eff");
  EXPECT_EQ(to_hex({}), "");
}

struct ClosestRow {
  std::string_view word, meant;
};

TEST(Text, FindsTheWordThatWasProbablyMeant) {
  constexpr std::array<std::string_view, 8> candidates{
      "expires", "cache", "files", "links", "level", "listen", "log", "fingerprinted"};
  constexpr ClosestRow rows[] = {
      {"exires", "expires"},    // a letter too few
      {"expirees", "expires"},  // a letter too many
      {"cachr", "cache"},       // another letter
      {"cahce", "cache"},       // two neighbours swapped
      {"levle", "level"},
      {"lgo", "log"},
      {"cahec", ""},    // two edits of five letters: too far
      {"sexpier", ""},  // three of seven
      {"fingerprints", "fingerprinted"},
      {"fignerpritned", "fingerprinted"},  // two swaps
      {"lug", "log"},
      {"cache", "cache"},
      {"", ""},
      {"upstream", ""},
      {"x", ""},
  };
  for (const ClosestRow& row : rows)
    EXPECT_EQ(closest(row.word, candidates), row.meant) << row.word;
}

TEST(Text, PrefersTheNearerOfTwoCandidates) {
  constexpr std::array<std::string_view, 2> candidates{"listing", "listens"};
  EXPECT_EQ(closest("listen", candidates), "listens");
}

TEST(Text, GuessesNothingForAWordOfAbsurdLengthOrWithoutCandidates) {
  const std::string word(100, 'a');
  const std::string nearly = word + "a";
  const std::array<std::string_view, 1> candidates{nearly};
  EXPECT_EQ(closest(word, candidates), "");
  EXPECT_EQ(closest("log", {}), "");
}

struct PrintableRow {
  std::string_view text;
  std::size_t limit;
  std::string_view printed;
};

TEST(Text, EscapesWhatWouldBreakALogLine) {
  constexpr PrintableRow rows[] = {
      {"/plain path", 200, "/plain path"},
      {"", 200, ""},
      {"a\"b\\c", 200, "a\\x22b\\x5cc"},
      {"\r\n\t\x1b\x7f", 200, "\\x0d\\x0a\\x09\\x1b\\x7f"},
      {std::string_view("\0", 1), 200, "\\x00"},
      {"caf\xc3\xa9", 200, "caf\xc3\xa9"},
      {"12345", 5, "12345"},
      {"123456", 5, "12345..."},
      {"\n\n\n", 2, "\\x0a\\x0a..."},
      {"x", 0, "..."},
  };
  for (const PrintableRow& row : rows) EXPECT_EQ(printable(row.text, row.limit), row.printed);
}

TEST(Text, CutsAtTwoHundredBytesUnlessToldOtherwise) {
  EXPECT_EQ(printable(std::string(200, 'x')), std::string(200, 'x'));
  EXPECT_EQ(printable(std::string(201, 'x')), std::string(200, 'x') + "...");
}

}  // namespace
}  // namespace frontis
