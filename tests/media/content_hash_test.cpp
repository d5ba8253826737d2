#include "media/content_hash.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "base/text.h"

namespace frontis::media {
namespace {

std::string hex_of(HashFunction function, std::string_view bytes) {
  ContentHash hash(function);
  hash.update(bytes);
  return to_hex(hash.finish());
}

TEST(ContentHash, GivesThePublishedExamplesWholeAndByteByByte) {
  struct {
    HashFunction function;
    std::string_view bytes;
    std::string_view hex;
  } const cases[] = {
      {HashFunction::md4, "abc", "a448017aaf21d8525fc10ae87aa6729d"},
      {HashFunction::md5, "abc", "900150983cd24fb0d6963f7d28e17f72"},
      {HashFunction::xxh64, "", "ef46db3751d8e999"},
      {HashFunction::xxh64, "abc", "44bc2cf5ad770999"},
      {HashFunction::xxh3_64, "", "2d06800538d394c2"},
      {HashFunction::xxh3_128, "", "99aa06d3014798d86001c324468d497f"},
      {HashFunction::xxh3_128, "hello", "b5e9c1ad071b3e7fc779cfaa5e523818"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(hex_of(one.function, one.bytes), one.hex);
    ContentHash hash(one.function);
    for (const char c : one.bytes) hash.update({&c, 1});
    EXPECT_EQ(to_hex(hash.finish()), one.hex);
    EXPECT_TRUE(hash.finish().empty());
  }
}

std::string without(std::string text, std::string_view word) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;) {
    text.erase(at, word.size());
    text.insert(at, 1, '\0');  // so that what closes up is not taken for another occurrence
    ++at;
  }
  std::erase(text, '\0');
  return text;
}

TEST(WordRemover, RemovesEveryOccurrenceHoweverTheTextIsCut) {
  struct {
    std::string word;
    std::string text;
  } const cases[] = {
      {"abcd", ""},
      {"abcd", "abcd"},
      {"abcd", "abc"},
      {"abcd", "xabcdyabcdabcdz"},
      {"abcd", "ababcdcd"},  // what closes up stays
      {"abcd", "abcabcabcd"},
      {"aabaab", "aabaaabaabaabaab"},  // overlaps itself
      {"aaaa", "aaaaaaaaaaa"},
      {"abab", "abababababab-aba"},
      {"x", "axbxx"},
  };
  for (const auto& one : cases) {
    const std::string expected = hex_of(HashFunction::md5, without(one.text, one.word));
    for (std::size_t first = 0; first <= one.text.size(); ++first) {
      for (std::size_t second = first; second <= one.text.size(); ++second) {
        ContentHash hash(HashFunction::md5);
        WordRemover remover(one.word);
        const std::string_view text = one.text;
        remover.update(text.substr(0, first), hash);
        remover.update(text.substr(first, second - first), hash);
        remover.update(text.substr(second), hash);
        remover.finish(hash);
        EXPECT_EQ(to_hex(hash.finish()), expected)
            << one.word << " in " << one.text << " cut at " << first << " and " << second;
      }
    }
  }
}

TEST(Base32, GivesTheExamplesOfItsRfcWithoutPadding) {
  const std::array<std::pair<std::string_view, std::string_view>, 7> cases = {{
      {"", ""},
      {"f", "MY"},
      {"fo", "MZXQ"},
      {"foo", "MZXW6"},
      {"foob", "MZXW6YQ"},
      {"fooba", "MZXW6YTB"},
      {"foobar", "MZXW6YTBOI"},
  }};
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(base32(HashBytes(text.begin(), text.end())), expected);
  }
}

TEST(Number, IsWrittenWithOneZeroForEachZeroByteBeforeIt) {
  struct {
    HashBytes bytes;
    std::string_view alphabet;
    std::string_view expected;
  } const cases[] = {
      {{}, "0123456789", ""},
      {{0}, "0123456789", "0"},
      {{255}, "0123456789", "255"},
      {{1, 0}, "0123456789", "256"},
      {{0, 0, 1, 0}, "0123456789", "00256"},
      {{0x12, 0xab, 0xcd}, "0123456789abcdef", "12abcd"},
  };
  for (const auto& one : cases) EXPECT_EQ(as_number(one.bytes, one.alphabet), one.expected);
}

}  // namespace
}  // namespace frontis::media
