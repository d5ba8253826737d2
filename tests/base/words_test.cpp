#include "base/words.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "base/text.h"

namespace frontis {
namespace {

// Each byte in each place, among neighbours that could be taken for it or lend it a bit.
template <typename Look>
void for_every_byte(Look look) {
  for (const char neighbour : {'\0', '\x1f', '@', 'A', 'Z', 'z', '\x7f', '\x80', '\xff'}) {
    for (std::size_t place = 0; place < word_size; ++place) {
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::array<char, word_size> text;
        text.fill(neighbour);
        text[place] = static_cast<char>(byte);
        look(std::string_view(text.data(), text.size()));
      }
    }
  }
}

TEST(Words, FindABytePerfectly) {
  for_every_byte([](std::string_view text) {
    for (const char wanted : {'\0', '\n', '\r', 'A', '\x7f'}) {
      EXPECT_EQ(has_byte(word_at(text.data()), static_cast<unsigned char>(wanted)),
                text.find(wanted) != std::string_view::npos);
    }
  });
}

TEST(Words, KnowWhetherAByteIsLess) {
  for_every_byte([](std::string_view text) {
    for (const int value : {1, 0x20, 0x80}) {
      const auto limit = static_cast<unsigned char>(value);
      bool any = false;
      for (const char c : text) any |= static_cast<unsigned char>(c) < limit;
      EXPECT_EQ(has_less(word_at(text.data()), limit), any);
    }
  });
}

TEST(Words, LowerLettersAndNothingElse) {
  for_every_byte([](std::string_view text) {
    std::string lowered(text);
    for (char& c : lowered) c = ascii_lower(c);
    EXPECT_EQ(lower_word(word_at(text.data())), word_at(lowered.data()));
  });
}

TEST(EqualIgnoringCase, IsExactForEachLengthAndByte) {
  for (std::size_t length = 1; length <= 40; ++length) {
    for (std::size_t place = 0; place < length; ++place) {
      const std::string plain(length, 'q');
      for (unsigned byte = 0; byte < 256; ++byte) {
        std::string other(length, 'Q');
        other[place] = static_cast<char>(byte);
        EXPECT_EQ(equal_ignoring_case(plain, other), byte == 'q' || byte == 'Q')
            << length << ' ' << place << ' ' << byte;
      }
    }
  }
}

}  // namespace
}  // namespace frontis
