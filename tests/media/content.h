// Content for tests of codings, the same in each run: words that compress as text does, and
// noise that does not compress at all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace frontis::media {

inline constexpr std::size_t piece = 256 * 1024;  // what the encoders look at between two looks

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : state_(seed) {}
  std::uint32_t roll(std::uint32_t sides) {
    state_ = state_ * 1664525U + 1013904223U;
    return static_cast<std::uint32_t>((std::uint64_t{state_} * sides) >> 32);
  }

 private:
  std::uint32_t state_;
};

inline std::string prose(std::size_t size, std::uint32_t seed = 1) {
  static constexpr std::array<std::string_view, 16> words{
      "function ", "return ", "color: ",  "margin ", "(this)", ";\n", "{ ",     " }\n",
      "const ",    "value",   "element.", " = ",     "if (",   ") ",  "width ", "undefined"};
  Dice dice(seed);
  std::string text;
  while (text.size() < size) {
    text += words[dice.roll(words.size())];
    if (dice.roll(4) == 0) text += std::to_string(dice.roll(100'000));
  }
  text.resize(size);
  return text;
}

inline std::string noise(std::size_t size, std::uint32_t seed = 1) {
  Dice dice(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(dice.roll(256));
  return bytes;
}

// Long, and soon coded.
inline std::string repeated(std::string_view text, unsigned times) {
  std::string all;
  for (unsigned i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace frontis::media
