#include "media/content_hash.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/text.h"

namespace frontis::media {

namespace {

Digest::Algorithm algorithm_of(HashFunction function) {
  if (function == HashFunction::md4) return Digest::Algorithm::md4;
  if (function == HashFunction::md5) return Digest::Algorithm::md5;
  return Digest::Algorithm::sha256;
}

HashBytes bytes_of_hex(std::string_view hex) {
  HashBytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<unsigned char>(hex_value(hex[i]) << 4 | hex_value(hex[i + 1])));
  }
  return bytes;
}

HashBytes bytes_of(XXH64_hash_t hash) {
  XXH64_canonical_t out;
  XXH64_canonicalFromHash(&out, hash);
  return {std::begin(out.digest), std::end(out.digest)};
}

HashBytes bytes_of(XXH128_hash_t hash) {
  XXH128_canonical_t out;
  XXH128_canonicalFromHash(&out, hash);
  return {std::begin(out.digest), std::end(out.digest)};
}

}  // namespace

ContentHash::ContentHash(HashFunction function) : function_(function), state_(begin(function)) {}

ContentHash::State ContentHash::begin(HashFunction function) {
  if (function == HashFunction::xxh64) {
    Xxh64 state(XXH64_createState());
    if (state) XXH64_reset(state.get(), 0);
    return state;
  }
  if (function == HashFunction::xxh3_64 || function == HashFunction::xxh3_128) {
    Xxh3 state(XXH3_createState());
    if (state && function == HashFunction::xxh3_64) XXH3_64bits_reset(state.get());
    if (state && function == HashFunction::xxh3_128) XXH3_128bits_reset(state.get());
    return state;
  }
  return Digest(algorithm_of(function));
}

void ContentHash::update(std::string_view bytes) {
  if (bytes.empty()) return;
  if (auto* digest = std::get_if<Digest>(&state_)) return digest->update(bytes);
  if (auto* xxh64 = std::get_if<Xxh64>(&state_); xxh64 != nullptr && *xxh64) {
    XXH64_update(xxh64->get(), bytes.data(), bytes.size());
  }
  if (auto* xxh3 = std::get_if<Xxh3>(&state_); xxh3 != nullptr && *xxh3) {
    const bool wide = function_ == HashFunction::xxh3_128;
    const auto feed = wide ? XXH3_128bits_update : XXH3_64bits_update;
    feed(xxh3->get(), bytes.data(), bytes.size());
  }
}

HashBytes ContentHash::finish() {
  State state = std::exchange(state_, Xxh64());
  if (auto* digest = std::get_if<Digest>(&state)) return bytes_of_hex(digest->finish_hex());
  if (const auto* xxh64 = std::get_if<Xxh64>(&state); xxh64 != nullptr && *xxh64) {
    return bytes_of(XXH64_digest(xxh64->get()));
  }
  if (const auto* xxh3 = std::get_if<Xxh3>(&state); xxh3 != nullptr && *xxh3) {
    return function_ == HashFunction::xxh3_128 ? bytes_of(XXH3_128bits_digest(xxh3->get()))
                                               : bytes_of(XXH3_64bits_digest(xxh3->get()));
  }
  return {};
}

WordRemover::WordRemover(std::string_view word) : word_(word), fallback_(word.size(), 0) {
  for (std::size_t i = 1; i < word_.size(); ++i) {
    std::size_t length = fallback_[i - 1];
    while (length > 0 && word_[i] != word_[length]) length = fallback_[length - 1];
    fallback_[i] = length + (word_[i] == word_[length] ? 1 : 0);
  }
}

void WordRemover::follow(char c) {
  while (matched_ > 0 && word_[matched_] != c) matched_ = fallback_[matched_ - 1];
  if (word_[matched_] == c) ++matched_;
}

void WordRemover::update(std::string_view bytes, ContentHash& to) {
  // Positions count from the start of what was held back, which is not in `bytes`.
  const std::size_t held = matched_;
  std::size_t passed = 0;
  const auto pass_until = [&](std::size_t position) {
    if (passed < held) {
      to.update(std::string_view(word_).substr(passed, std::min(position, held) - passed));
      passed = std::min(position, held);
    }
    if (position > passed) to.update(bytes.substr(passed - held, position - passed));
    passed = position;
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (matched_ == 0) i = std::min(bytes.find(word_.front(), i), bytes.size());
    if (i == bytes.size()) break;
    follow(bytes[i]);
    if (matched_ < word_.size()) continue;
    pass_until(held + i + 1 - matched_);
    passed = held + i + 1;
    matched_ = 0;
  }
  pass_until(held + bytes.size() - matched_);
}

void WordRemover::finish(ContentHash& to) {
  to.update(std::string_view(word_).substr(0, std::exchange(matched_, 0)));
}

std::string base32(std::span<const unsigned char> bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const unsigned char byte : bytes) {
    bits = (bits << 8 | byte) & 0xfff;  // at most 4 are left over from the byte before
    for (count += 8; count >= 5; count -= 5) out += alphabet[bits >> (count - 5) & 31];
  }
  if (count > 0) out += alphabet[bits << (5 - count) & 31];
  return out;
}

std::string as_number(std::span<const unsigned char> bytes, std::string_view alphabet) {
  const auto first = std::find_if(bytes.begin(), bytes.end(), [](auto byte) { return byte != 0; });
  const auto zeros = static_cast<std::size_t>(first - bytes.begin());
  HashBytes rest(first, bytes.end());
  std::string out;
  while (std::any_of(rest.begin(), rest.end(), [](auto byte) { return byte != 0; })) {
    std::size_t remainder = 0;
    for (unsigned char& byte : rest) {
      const std::size_t value = remainder << 8 | byte;
      byte = static_cast<unsigned char>(value / alphabet.size());
      remainder = value % alphabet.size();
    }
    out += alphabet[remainder];
  }
  out.append(zeros, alphabet.front());
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace frontis::media
