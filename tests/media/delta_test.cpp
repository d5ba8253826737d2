#include "media/delta.h"

#include <gtest/gtest.h>
#include <zstd.h>

#include <array>
#include <string>

#include "content.h"
#include "media/encoder.h"

namespace frontis::media {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::size_t head = 40;
constexpr std::size_t anything = 64 << 20;

std::string delta(std::string_view content, std::string_view dictionary) {
  const auto coded = encode_delta(content, dictionary, sha256(dictionary));
  EXPECT_TRUE(coded.has_value()) << (coded ? "" : coded.error().message);
  return coded.value_or("");
}

ErrorKind error_of(std::string_view coded, std::string_view dictionary, std::size_t most,
                   const Sha256& digest) {
  const auto decoded = decode_delta(coded, dictionary, digest, most);
  EXPECT_FALSE(decoded.has_value());
  return decoded ? ErrorKind::not_found : decoded.error().kind;
}
ErrorKind error_of(std::string_view coded, std::string_view dictionary,
                   std::size_t most = anything) {
  return error_of(coded, dictionary, most, sha256(dictionary));
}

// A later version of `text`: a word changed here and there, and a part that moved.
std::string edited(std::string text) {
  for (std::size_t i = 1'000; i < text.size(); i += 20'000) text.replace(i, 7, "changed!");
  return text.substr(text.size() / 3) + text.substr(0, text.size() / 3);
}

// Bit 5 of the byte after the frame's magic number (RFC 8878, 3.1.1.1.1).
bool is_one_segment(std::string_view coded) { return (coded.at(head + 4) & 0x20) != 0; }

std::string frame_with_window(std::string_view content, int window_log) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string out(ZSTD_compressBound(content.size()), '\0');
  ZSTD_inBuffer from{content.data(), content.size(), 0};
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_compressStream2(context, &to, &from, ZSTD_e_flush);  // so that its size stays unknown
  EXPECT_EQ(ZSTD_compressStream2(context, &to, &from, ZSTD_e_end), 0U);
  out.resize(to.pos);
  ZSTD_freeCCtx(context);
  return out;
}

TEST(DeltaTest, TheWindowThatClientsTakeIsKept) {
  struct Row {
    std::uint64_t content, dictionary;
    bool fits;
  };
  constexpr std::array rows{
      Row{0, 0, true},
      Row{8 * mebibyte, 0, true},
      Row{8 * mebibyte + 1, 0, false},
      Row{8 * mebibyte + 1, 6 * mebibyte, false},
      Row{10 * mebibyte, 8 * mebibyte, true},
      Row{10 * mebibyte + 1, 8 * mebibyte, false},
      Row{128 * mebibyte, 120 * mebibyte, true},
      Row{128 * mebibyte + 1, 120 * mebibyte, false},
      Row{128 * mebibyte + 1, 1'000 * mebibyte, false},
      Row{128 * mebibyte, UINT64_MAX, true},
      Row{UINT64_MAX, UINT64_MAX, false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(fits_delta_window(row.content, row.dictionary), row.fits)
        << row.content << " with " << row.dictionary;
  }
}

TEST(DeltaTest, WhatWasEncodedDecodesToTheSame) {
  const std::string text = prose(50'000);
  const std::array contents{std::string(), std::string("x"), text, edited(text), noise(70'000)};
  for (const std::string& dictionary : contents) {
    for (const std::string& content : contents) {
      const auto decoded =
          decode_delta(delta(content, dictionary), dictionary, sha256(dictionary), content.size());
      ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
      EXPECT_TRUE(*decoded == content) << content.size() << " with " << dictionary.size();
    }
  }
}

TEST(DeltaTest, TheHeadNamesTheDictionary) {
  const Sha256 digest = sha256("dictionary");
  const std::string coded = delta("content", "dictionary");
  EXPECT_EQ(coded.substr(0, 8), std::string("\x5e\x2a\x4d\x18\x20\0\0\0", 8));
  EXPECT_EQ(coded.substr(8, 32), std::string(digest.begin(), digest.end()));
  EXPECT_EQ(coded.substr(head, 4), "\x28\xb5\x2f\xfd");
}

TEST(DeltaTest, ALaterVersionCostsLittle) {
  for (const std::size_t size : {20'000UL, 300'000UL, 1'500'000UL}) {
    const std::string earlier = prose(size);
    const std::string later = edited(earlier);
    EXPECT_LT(delta(later, earlier).size(), 100 + size / 500) << size;
  }
  const std::string random = noise(3'000'000);
  EXPECT_LT(delta(edited(random), random).size(), 10'000U);
}

// What lies at its start must be in reach of the content's end.
TEST(DeltaTest, AllOfALargeDictionaryIsInReach) {
  const std::string dictionary = noise(12 * mebibyte);
  const std::string content = dictionary.substr(dictionary.size() - 400'000) +
                              std::string(9 * mebibyte, '0') + dictionary.substr(0, 400'000);
  const std::string coded = delta(content, dictionary);
  EXPECT_LT(coded.size(), 10'000U);
  EXPECT_TRUE(is_one_segment(coded));
}

// One segment asks for a window of the content's size, and that is what fits_delta_window() has
// looked at, however large the window of the encoder was.
TEST(DeltaTest, TheFrameAsksForNoMoreThanTheContent) {
  const std::string dictionary = prose(400'000);
  for (const std::size_t size : {0UL, 1UL, 255UL, 256UL, 65'000UL, 300'000UL, 8UL << 20}) {
    const std::string coded = delta(std::string(size, 'a'), dictionary);
    EXPECT_TRUE(is_one_segment(coded)) << size;
    EXPECT_EQ(ZSTD_getFrameContentSize(coded.data() + head, coded.size() - head), size);
  }
}

TEST(DeltaTest, ContentThatClientsMayRefuseIsNotEncoded) {
  const auto coded = encode_delta(std::string(8 * mebibyte + 1, '0'), "small", sha256("small"));
  ASSERT_FALSE(coded.has_value());
  EXPECT_EQ(coded.error().kind, ErrorKind::invalid);
}

TEST(DeltaTest, WhatWasGivenUpIsNotBegun) {
  const std::atomic<bool> give_up{true};
  const auto coded = encode_delta("content", "dictionary", sha256("dictionary"), &give_up);
  ASSERT_FALSE(coded.has_value());
  EXPECT_EQ(coded.error().kind, ErrorKind::io);
}

TEST(DeltaTest, ADictionaryThatLooksTrainedIsTakenAsItIs) {
  const std::string dictionary = "\x37\xa4\x30\xec" + prose(10'000);  // RFC 8878, 5
  EXPECT_LT(delta(dictionary.substr(0, 9'000), dictionary).size(), 100U);
}

TEST(DeltaTest, OnlyItsOwnDictionaryDecodesIt) {
  const std::string dictionary = prose(20'000);
  const std::string coded = delta(edited(dictionary), dictionary);
  const std::string other = prose(20'000, 2);
  EXPECT_EQ(error_of(coded, other), ErrorKind::invalid);
  EXPECT_EQ(error_of(coded, dictionary, anything, sha256(other)), ErrorKind::invalid);
}

TEST(DeltaTest, WhatIsNotWholeIsRefused) {
  const std::string dictionary = prose(2'000);
  const std::string coded = delta(edited(dictionary), dictionary);
  for (std::size_t size = 0; size < coded.size(); ++size) {
    EXPECT_EQ(error_of(coded.substr(0, size), dictionary), ErrorKind::invalid) << size;
  }
  for (const std::string& more : {std::string("x"), std::string(1, '\0'), coded}) {
    EXPECT_EQ(error_of(coded + more, dictionary), ErrorKind::invalid);
  }
  EXPECT_EQ(error_of(coded + coded.substr(head), dictionary), ErrorKind::invalid);
}

TEST(DeltaTest, AnotherHeadIsRefused) {
  const std::string coded = delta("content", "dictionary");
  for (std::size_t i = 0; i < head; ++i) {
    std::string other = coded;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_EQ(error_of(other, "dictionary"), ErrorKind::invalid) << i;
  }
  EXPECT_EQ(error_of(coded.substr(head), "dictionary"), ErrorKind::invalid);
}

TEST(DeltaTest, MoreThanIsAllowedIsRefused) {
  const std::string dictionary = prose(1'000);
  for (const std::size_t size : {1UL, 100UL, 1'000UL, 200'000UL, 5'000'000UL}) {
    const std::string coded = delta(std::string(size, 'a'), dictionary);
    EXPECT_EQ(error_of(coded, dictionary, size - 1), ErrorKind::invalid) << size;
    EXPECT_TRUE(decode_delta(coded, dictionary, sha256(dictionary), size).has_value()) << size;
  }
}

TEST(DeltaTest, AWindowThatClientsMayRefuseIsRefused) {
  const std::string little = "dictionary";
  const std::string large(20 * mebibyte, '0');
  const auto coded = [](std::string_view dictionary, int window_log) {
    return delta("", dictionary).substr(0, head) + frame_with_window("content", window_log);
  };
  const auto is_taken = [&coded](std::string_view dictionary, int window_log) {
    return decode_delta(coded(dictionary, window_log), dictionary, sha256(dictionary), anything)
        .has_value();
  };
  EXPECT_TRUE(is_taken(little, 23));
  EXPECT_FALSE(is_taken(little, 24));
  EXPECT_TRUE(is_taken(large, 24));
  EXPECT_FALSE(is_taken(large, 25));
}

}  // namespace
}  // namespace frontis::media
