#include "media/variant_maker.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <new>
#include <optional>
#include <utility>

#include "base/file_bytes.h"
#include "media/delta.h"

namespace frontis::media {

namespace {

constexpr std::uint64_t smallest_content = 64;  // less gains nothing worth a file

struct Wish {
  http::Coding coding;
  bool config::PressSettings::*wanted;
};
constexpr std::array wishes{
    Wish{http::Coding::gzip, &config::PressSettings::gzip},
    Wish{http::Coding::br, &config::PressSettings::br},
    Wish{http::Coding::zstd, &config::PressSettings::zstd},
};

VariantKey key_of(const Sha256& content, http::Coding coding) {
  return {content, coding, std::nullopt};
}
VariantKey delta_key_of(const Sha256& content, const Sha256& dictionary) {
  return {content, http::Coding::dcz, dictionary};
}

// Where an open file lies, or lay when it was opened: only for messages.
std::string path_of(int file) {
  std::string path(PATH_MAX, '\0');
  const std::string link = fmt::format("/proc/self/fd/{}", file);
  const ssize_t size = readlink(link.c_str(), path.data(), path.size());
  if (size <= 0) return "a file";
  path.resize(static_cast<std::size_t>(size));
  return path;
}

}  // namespace

VariantMaker::VariantMaker(const config::PressSettings& settings, Variants& variants, Press& press,
                           Log& log, std::function<Instant()> clock, bool works)
    : settings_(settings),
      variants_(variants),
      press_(press),
      log_(log),
      clock_(std::move(clock)),
      works_(works) {}

bool VariantMaker::is_in_bounds(std::uint64_t size) const {
  return variants_.is_active() && size >= smallest_content && size <= settings_.largest;
}

bool VariantMaker::lacks(const Sha256& content, std::uint64_t size) const {
  return is_in_bounds(size) && std::any_of(wishes.begin(), wishes.end(), [&](const Wish& wish) {
           return settings_.*wish.wanted &&
                  variants_.standing(key_of(content, wish.coding)) == Variants::Standing::unknown;
         });
}

bool VariantMaker::would_make(const Sha256& content, std::uint64_t size) const {
  if (!works_ || is_resting() || !lacks(content, size)) return false;
  const std::lock_guard lock(mutex_);
  return wanted_.size() < most_wanted && !wanted_.contains(content);
}

void VariantMaker::want(const Content& content) {
  if (is_resting() || !lacks(content.digest, content.identity.size)) return;
  if (!begin(wanted_, most_wanted, content.digest)) return;
  submit(wanted_, content.digest, [this, content] { return make_all(content); });
}

void VariantMaker::make_now(const Content& content) {
  if (is_resting() || !lacks(content.digest, content.identity.size)) return;
  if (!begin(wanted_, most_wanted + 64, content.digest)) return;
  run(wanted_, content.digest, [this, content] { return make_all(content); });
}

Result<void> VariantMaker::make_all(const Content& content) {
  const auto made = make(content, false, &press_.stopping());
  if (!made) return tl::unexpected(made.error());
  return {};
}

void VariantMaker::want_deltas(const Content& content, std::vector<Content> dictionaries) {
  std::erase_if(dictionaries, [&](const Content& dictionary) {
    return variants_.standing(delta_key_of(content.digest, dictionary.digest)) !=
           Variants::Standing::unknown;
  });
  if (dictionaries.empty() || is_resting() || !is_in_bounds(content.identity.size)) return;
  if (!begin(wanted_deltas_, most_wanted_deltas, content.digest)) return;
  submit(wanted_deltas_, content.digest, [this, content, dictionaries = std::move(dictionaries)] {
    return make_deltas(content, dictionaries);
  });
}

// True for who is to have it made.
bool VariantMaker::begin(Wanted& wanted, std::size_t most, const Sha256& content) {
  if (!works_) return false;
  const std::lock_guard lock(mutex_);
  return wanted.size() < most && wanted.insert(content).second;
}

void VariantMaker::end(Wanted& wanted, const Sha256& content) {
  const std::lock_guard lock(mutex_);
  wanted.erase(content);
}

void VariantMaker::submit(Wanted& wanted, const Sha256& content,
                          std::function<Result<void>()> job) {
  const bool is_taken =
      press_.submit(Press::Urgency::idle,
                    [this, &wanted, content, job = std::move(job)] { run(wanted, content, job); });
  if (!is_taken) end(wanted, content);
}

void VariantMaker::run(Wanted& wanted, const Sha256& content,
                       const std::function<Result<void>()>& job) {
  const auto done = is_resting() ? Result<void>() : job();
  if (!done && !press_.stopping()) {
    log_.once_a_minute("variant not made", Log::Level::warning, done.error().message);
  }
  end(wanted, content);
}

Result<VariantMaker::Made> VariantMaker::make(const Content& content, bool max,
                                              const std::atomic<bool>* give_up) {
  Made made;
  if (!is_in_bounds(content.identity.size)) return made;
  std::optional<std::string> bytes;
  for (const Wish& wish : wishes) {
    if (!(settings_.*wish.wanted)) continue;
    const VariantKey key = key_of(content.digest, wish.coding);
    const bool is_known = variants_.standing(key) != Variants::Standing::unknown ||
                          variants_.adopt(key, content.identity.size);
    if (!is_known) {
      if (!bytes) {
        auto got = read(content);
        if (!got) return tl::unexpected(std::move(got.error()));
        bytes = *std::move(got);
      }
      auto done = make_one(key, *bytes, {max, give_up});
      if (!done) return tl::unexpected(std::move(done.error()));
      ++made.encoded;
    }
    made.sizes[static_cast<std::size_t>(wish.coding)] = variants_.size_of(key);
  }
  return made;
}

Result<std::string> VariantMaker::read(const Content& content) const {
  const std::uint64_t size = content.identity.size;
  if (size > settings_.largest) {
    return fail(ErrorKind::invalid, fmt::format("{} bytes are more than press.largest", size));
  }
  const int file = content.file->number();
  try {
    std::string bytes(size, '\0');
    const auto got = read_at(file, bytes, 0);
    if (!got) return fail_errno("reading " + path_of(file), errno);
    const bool is_same = *got == size && sha256(bytes) == content.digest;
    if (is_same) return bytes;
    return fail(ErrorKind::io, path_of(file) + " was changed in place before it was encoded: " +
                                   "replace files by renaming, so that nobody reads a half");
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::exhausted,
                fmt::format("no memory to encode the {} bytes of {}", size, path_of(file)));
  }
}

Result<void> VariantMaker::make_one(const VariantKey& key, std::string_view content,
                                    const Effort& effort) {
  const auto coded = encode(key.coding, content, effort);
  if (!coded) return tl::unexpected(coded.error());
  if (is_worth_keeping(coded->size(), content.size())) return keep(key, *coded);
  variants_.put_useless(key);
  return {};
}

Result<void> VariantMaker::make_deltas(const Content& content,
                                       const std::vector<Content>& dictionaries) {
  const auto bytes = read(content);
  if (!bytes) return tl::unexpected(bytes.error());
  Result<void> outcome;
  for (const Content& dictionary : dictionaries) {
    const VariantKey key = delta_key_of(content.digest, dictionary.digest);
    if (variants_.standing(key) != Variants::Standing::unknown) continue;
    if (auto done = make_delta(*bytes, key, dictionary); !done) outcome = std::move(done);
    if (is_resting() || press_.stopping()) break;
  }
  return outcome;  // of several failures the last: one dictionary's is not another's
}

Result<void> VariantMaker::make_delta(std::string_view content, const VariantKey& key,
                                      const Content& dictionary) {
  const bool is_possible = fits_delta_window(content.size(), dictionary.identity.size) &&
                           dictionary.identity.size <= settings_.largest;
  if (!is_possible) {
    variants_.put_useless(key);
    return {};
  }
  const auto earlier = read(dictionary);
  if (!earlier) return tl::unexpected(earlier.error());
  const auto coded = encode_delta(content, *earlier, dictionary.digest, &press_.stopping());
  if (!coded) return tl::unexpected(coded.error());
  if (coded->size() < smallest_known(key.content, content.size())) return keep(key, *coded);
  variants_.put_useless(key);
  return {};
}

// Of what would be sent without a delta.
std::uint64_t VariantMaker::smallest_known(const Sha256& content, std::uint64_t plain) const {
  std::uint64_t smallest = plain;
  for (const Wish& wish : wishes) {
    const std::uint64_t size = variants_.size_of(key_of(content, wish.coding));
    if (size != 0) smallest = std::min(smallest, size);
  }
  return smallest;
}

// What could not be stored would be encoded again for the next who asks: not before the disk has
// had a minute to become better.
Result<void> VariantMaker::keep(const VariantKey& key, std::string_view coded) {
  auto put = variants_.put(key, coded);
  if (put) {
    made_.fetch_add(1, std::memory_order_relaxed);
  } else {
    rest_until_ = clock_() + std::chrono::minutes(1);
  }
  return put;
}

bool VariantMaker::is_resting() const { return clock_() < rest_until_.load(); }

}  // namespace frontis::media
