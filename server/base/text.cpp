#include "base/text.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "base/words.h"

namespace frontis {

namespace {

// Fewer than eight bytes as a word; those in the middle may stand in it twice.
std::uint64_t short_word(const char* bytes, std::size_t length) {
  if (length >= 4) {
    std::uint32_t first;
    std::uint32_t last;
    std::memcpy(&first, bytes, 4);
    std::memcpy(&last, bytes + length - 4, 4);
    return first | static_cast<std::uint64_t>(last) << 32;
  }
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, length);
  return word;
}

bool same_word(std::uint64_t a, std::uint64_t b) { return lower_word(a) == lower_word(b); }

}  // namespace

bool same_letters(const char* a, const char* b, std::size_t length) {
  if (length < word_size) return same_word(short_word(a, length), short_word(b, length));
  for (std::size_t at = 0; at + word_size < length; at += word_size) {
    if (!same_word(word_at(a + at), word_at(b + at))) return false;
  }
  // The last word may overlap the one before.
  const std::size_t last = length - word_size;
  return same_word(word_at(a + last), word_at(b + last));
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
  return out;
}

std::string_view last_segment(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::optional<std::uint64_t> parse_decimal(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    if (__builtin_mul_overflow(value, std::uint64_t{10}, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, static_cast<std::uint64_t>(c - '0'), &value)) {
      return std::nullopt;
    }
  }
  return value;
}

std::string to_hex(std::span<const unsigned char> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out(bytes.size() * 2, '0');
  auto at = out.begin();
  for (const unsigned char byte : bytes) {
    *at++ = digits[byte >> 4];
    *at++ = digits[byte & 15];
  }
  return out;
}

namespace {

// The optimal string alignment distance: insertions, removals, replacements, and swaps of two
// neighbours, which is how hurried fingers misspell. Three rows of the table are kept.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view closest(std::string_view word, std::span<const std::string_view> candidates) {
  constexpr std::size_t longest_word = 64;  // the distance is quadratic: bound what is compared
  if (word.size() > longest_word) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string printable(std::string_view text, std::size_t limit) {
  std::string out;
  for (const char c : text.substr(0, limit)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f && c != '"' && c != '\\') {
      out.push_back(c);
    } else {
      out += "\\x" + to_hex({&byte, 1});
    }
  }
  if (text.size() > limit) out += "...";
  return out;
}

}  // namespace frontis
