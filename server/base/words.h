// Text eight bytes at a time, for the questions that are asked of every byte of every request. A
// word is eight bytes as one number; no answer depends on which of them comes first. Each question
// is exact for all 256 values of a byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace frontis {

inline constexpr std::size_t word_size = sizeof(std::uint64_t);

inline std::uint64_t word_at(const char* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, word_size);
  return word;
}

constexpr std::uint64_t repeated(unsigned char byte) { return 0x0101010101010101U * byte; }
inline constexpr std::uint64_t high_bits = repeated(0x80);

// Whether all eight are what ASCII prints, from the space to the tilde.
constexpr bool is_printable(std::uint64_t word) {
  return ((word | (word - repeated(0x20)) | (word + repeated(0x01))) & high_bits) == 0;
}

// Not zero when one of the eight is `byte`.
constexpr std::uint64_t trace_of(unsigned char byte, std::uint64_t word) {
  const std::uint64_t other = word ^ repeated(byte);  // which is zero where it is that byte
  return (other - repeated(0x01)) & ~other & high_bits;
}

// Each of A to Z becomes its lower case.
constexpr std::uint64_t lower_word(std::uint64_t word) {
  const std::uint64_t low = word & ~high_bits;
  const std::uint64_t from_a = low + repeated(0x80 - 'A');
  const std::uint64_t behind_z = low + repeated(0x80 - 'Z' - 1);
  const std::uint64_t is_upper = from_a & ~behind_z & ~word & high_bits;
  return word | (is_upper >> 2);  // 0x80 becomes 0x20
}

}  // namespace frontis
