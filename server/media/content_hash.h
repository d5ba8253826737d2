// The hashes that build tools compute of a file's content for its name: one that runs over the
// content piece by piece, the ways in which tools write it, and the removal of the content's own
// name, which webpack does first. Used by fingerprint.cpp alone.
#pragma once

#include <xxhash.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "media/digest.h"

namespace frontis::media {

enum class HashFunction { sha256, md5, md4, xxh64, xxh3_64, xxh3_128 };

using HashBytes = std::vector<unsigned char>;

class ContentHash {
 public:
  explicit ContentHash(HashFunction function);

  void update(std::string_view bytes);
  // The most significant byte first; empty when this machine cannot compute the hash
  // (Digest::is_available). The hash cannot be used again.
  [[nodiscard]] HashBytes finish();

 private:
  struct Free {
    void operator()(XXH64_state_t* state) const { XXH64_freeState(state); }
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  using Xxh64 = std::unique_ptr<XXH64_state_t, Free>;
  using Xxh3 = std::unique_ptr<XXH3_state_t, Free>;
  using State = std::variant<Digest, Xxh64, Xxh3>;
  static State begin(HashFunction function);

  HashFunction function_;
  State state_;
};

// Passes on all of a text but the occurrences of one word, which may lie across its cuts. The
// leftmost is removed first, and they do not overlap.
class WordRemover {
 public:
  explicit WordRemover(std::string_view word);  // not empty

  void update(std::string_view bytes, ContentHash& to);
  void finish(ContentHash& to);

 private:
  void follow(char c);

  std::string word_;
  std::vector<std::size_t> fallback_;  // Knuth, Morris and Pratt's table
  // What is held back is always the first `matched_` bytes of the word, so no copy is kept.
  std::size_t matched_ = 0;
};

// RFC 4648 base 32 without padding.
[[nodiscard]] std::string base32(std::span<const unsigned char> bytes);

// The bytes read as one number, most significant first, and written with the digits of
// `alphabet`: no leading zeros, but one for each leading byte that is zero.
[[nodiscard]] std::string as_number(std::span<const unsigned char> bytes,
                                    std::string_view alphabet);

}  // namespace frontis::media
