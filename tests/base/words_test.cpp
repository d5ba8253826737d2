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

TEST(Words, KnowWhatIsPrintable) {
  for_every_byte([](std::string_view text) {
    bool all = true;
    for (const char c : text) all &= c >= ' ' && c <= '~';
    EXPECT_EQ(is_printable(word_at(text.data())), all);
  });
}

TEST(Words, KnowWhetherTheyHaveAByte) {
  for (const char sought : {'\0', '"', '\\', ' ', '\x7f', '\x80', '\xff'}) {
    for_every_byte([sought](std::string_view text) {
      const bool found = text.find(sought) != text.npos;
      EXPECT_EQ(trace_of(static_cast<unsigned char>(sought), word_at(text.data())) != 0, found);
    });
  }
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
