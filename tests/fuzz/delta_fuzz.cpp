// The first line of the input is the size of the dictionary; then come the dictionary and what a
// server might send. Whatever that is, it decodes to no more than was allowed, or is refused. And
// what was sent, taken as content, comes back from a delta as it was.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "base/text.h"
#include "media/delta.h"

using frontis::media::Sha256;

namespace {

constexpr std::size_t most = 1 << 20;
constexpr std::size_t digest_offset = 8;

void require(bool truth) {
  if (!truth) std::abort();
}

// So that the fuzzer gets past the head, whose digest it could not guess.
Sha256 announced_digest(std::string_view coded) {
  Sha256 digest{};
  if (coded.size() >= digest_offset + digest.size()) {
    std::memcpy(digest.data(), coded.data() + digest_offset, digest.size());
  }
  return digest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
  const std::string_view input(reinterpret_cast<const char*>(data), length);
  const std::size_t line = input.find('\n');
  if (line == std::string_view::npos) return 0;
  const std::string_view rest = input.substr(line + 1);
  const std::uint64_t size = frontis::parse_decimal(input.substr(0, line)).value_or(0);
  const std::string_view dictionary = rest.substr(0, std::min<std::uint64_t>(size, rest.size()));
  const std::string_view coded = rest.substr(dictionary.size());

  const Sha256 digest = announced_digest(coded);
  const auto decoded = frontis::media::decode_delta(coded, dictionary, digest, most);
  require(!decoded || decoded->size() <= most);
  if (decoded) {
    const auto again = frontis::media::decode_delta(coded, dictionary, digest, decoded->size());
    require(again && *again == *decoded);
  }
  const auto own = frontis::media::encode_delta(coded, dictionary, digest);
  require(own.has_value());
  const auto back = frontis::media::decode_delta(*own, dictionary, digest, coded.size());
  require(back && *back == coded);
  return 0;
}
