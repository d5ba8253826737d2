// The answer to `get key` under any bytes: the same whole, in two halves and byte by byte, within
// its bounds, and never more of a value than was promised.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/memcached.h"

namespace {

using frontis::app::MemcachedAnswer;
using Event = MemcachedAnswer::Event;

void demand(bool holds) {
  if (!holds) std::abort();
}

struct Outcome {
  std::optional<frontis::ErrorKind> error;
  std::string value;
  std::uint64_t length = 0;
  std::uint32_t flags = 0;
  std::size_t consumed = 0;
  bool is_hit = false, has_ended = false;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// The next event of what has come; false when there is none yet.
bool step(MemcachedAnswer& answer, std::string_view input, Outcome& outcome) {
  // A block of exactly this size, so that the sanitizer sees a byte read behind it.
  const std::vector<char> block(input.begin(), input.end());
  const auto taken = answer.decode({block.data(), block.size()});
  if (!taken) {
    outcome.error = taken.error().kind;
    return false;
  }
  demand(taken->consumed <= input.size());
  demand(taken->event != Event::none || (taken->consumed == 0 && input.size() <= 512));
  demand(taken->event != Event::content || !taken->content.empty());
  outcome.consumed += taken->consumed;
  outcome.value.append(taken->content);
  outcome.is_hit = outcome.is_hit || taken->event == Event::hit;
  outcome.has_ended = taken->event == Event::miss || taken->event == Event::complete;
  return taken->event != Event::none && !outcome.has_ended;
}

Outcome read(std::string_view input, const std::vector<std::size_t>& cuts) {
  MemcachedAnswer answer("key");
  Outcome outcome;
  for (const std::size_t cut : cuts) {
    while (step(answer, input.substr(outcome.consumed, cut - outcome.consumed), outcome)) continue;
    if (outcome.error || outcome.has_ended) break;
  }
  outcome.length = answer.length();
  outcome.flags = answer.flags();
  demand(outcome.length <= frontis::app::largest_memcached_value);
  demand(outcome.value.size() <= outcome.length);
  if (outcome.is_hit && outcome.has_ended) demand(outcome.value.size() == outcome.length);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 2048;  // byte by byte costs the square of it
  if (size > longest) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::vector<std::size_t> each_byte;
  for (std::size_t cut = 1; cut <= size; ++cut) each_byte.push_back(cut);
  const Outcome whole = read(input, {size});
  demand(whole == read(input, {size / 2, size}));
  demand(whole == read(input, each_byte));
  return 0;
}
