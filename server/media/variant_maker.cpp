#include "media/variant_maker.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "base/clock.h"
#include "media/delta.h"

namespace frontis::media {

namespace {

constexpr std::uint64_t smallest_content = 64;  // bytes; no coding makes less of it
constexpr std::size_t most_under_way = 256;     // each holds a file open
constexpr std::int64_t retry_seconds = 60;

// All of the open file, which must still hold what it is said to.
Result<std::string> read_content(const VariantMaker::Content& content) {
  std::string bytes(static_cast<std::size_t>(content.identity.size), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::pread(content.file->number(), bytes.data() + filled,
                                bytes.size() - filled, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read", errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled < bytes.size() || sha256(bytes) != content.digest) {
    return fail(ErrorKind::invalid, "the file has changed meanwhile");
  }
  return bytes;
}

}  // namespace

VariantMaker::VariantMaker(const config::PressSettings& settings, Variants& variants, Press& press,
                           Log& log, bool works)
    : settings_(settings), variants_(variants), press_(press), log_(log), works_(works) {}

bool VariantMaker::is_wanted(http::Coding coding) const {
  switch (coding) {
    case http::Coding::gzip: return settings_.gzip;
    case http::Coding::br: return settings_.br;
    case http::Coding::zstd: return settings_.zstd;
    case http::Coding::identity:
    case http::Coding::dcz: break;
  }
  return false;
}

bool VariantMaker::is_in_bounds(std::uint64_t size) const {
  return variants_.is_active() && size >= smallest_content && size <= settings_.largest;
}

bool VariantMaker::is_lacking(const VariantKey& key) const {
  return variants_.standing(key) == Standing::unknown;
}

bool VariantMaker::lacks(const Sha256& content, std::uint64_t size) const {
  if (!is_in_bounds(size)) return false;
  const auto codings = http::sibling_codings();
  return std::any_of(codings.begin(), codings.end(), [&](const http::CodingName& row) {
    return is_wanted(row.coding) && is_lacking({content, row.coding, std::nullopt});
  });
}

// Each content is worked at once, whoever asks; and nothing for a while after a failure, since
// the next would cost as much and end in the same.
bool VariantMaker::begin(const Key& key) {
  if (!works_ || wall_seconds() < retry_at_) return false;
  const std::lock_guard lock(mutex_);
  return under_way_.size() < most_under_way && under_way_.insert(key).second;
}

void VariantMaker::end(const Key& key) {
  const std::lock_guard lock(mutex_);
  under_way_.erase(key);
}

void VariantMaker::submit(const Key& key, std::function<Result<void>()> job) {
  const bool is_taken = press_.submit(Press::Urgency::idle,
                                      [this, key, job = std::move(job)] { finish(key, job()); });
  if (!is_taken) end(key);
}

void VariantMaker::finish(const Key& key, const Result<void>& done) {
  if (!done && done.error().kind != ErrorKind::invalid) failed(done.error());
  end(key);
}

void VariantMaker::failed(const Error& error) {
  if (press_.stopping()) return;
  log_.once_a_minute("variants not kept", Log::Level::warning,
                     error.message + ": files are sent as they are; tried again in a minute");
  retry_at_ = wall_seconds() + retry_seconds;
}

void VariantMaker::want(const Content& content) {
  const Key key{content.digest, false};
  if (!lacks(content.digest, content.identity.size) || !begin(key)) return;
  submit(key, [this, content] { return make_all(content); });
}

void VariantMaker::make_now(const Content& content) {
  const Key key{content.digest, false};
  if (!lacks(content.digest, content.identity.size) || !begin(key)) return;
  finish(key, make_all(content));
}

Result<void> VariantMaker::make_all(const Content& content) {
  const auto made = make(content, false, &press_.stopping());
  return made ? Result<void>() : tl::unexpected(made.error());
}

Result<VariantMaker::Made> VariantMaker::make(const Content& content, bool max,
                                              const std::atomic<bool>* give_up) {
  Made made;
  std::string bytes;
  for (const http::CodingName& row : http::sibling_codings()) {
    if (!is_wanted(row.coding) || !is_in_bounds(content.identity.size)) continue;
    const VariantKey key{content.digest, row.coding, std::nullopt};
    if (is_lacking(key) && !variants_.adopt(key, content.identity.size)) {
      if (bytes.empty()) {
        auto read = read_content(content);
        if (!read) return tl::unexpected(read.error());
        bytes = std::move(*read);
      }
      const auto is_kept = make_one(key, bytes, {max, give_up});
      if (!is_kept) return tl::unexpected(is_kept.error());
      ++made.encoded;
    }
    made.sizes[static_cast<std::size_t>(row.coding)] = variants_.size_of(key);
  }
  return made;
}

// Whether it is of use.
Result<bool> VariantMaker::make_one(const VariantKey& key, std::string_view content,
                                    const Effort& effort) {
  const auto coded = encode(key.coding, content, effort);
  if (!coded) return tl::unexpected(coded.error());
  if (!is_worth_keeping(coded->size(), content.size())) {
    variants_.put_useless(key);
    return false;
  }
  if (const auto put = variants_.put(key, *coded); !put) return tl::unexpected(put.error());
  return true;
}

void VariantMaker::want_deltas(const Content& content, std::vector<Content> dictionaries) {
  std::erase_if(dictionaries, [&](const Content& from) {
    return !is_lacking({content.digest, http::Coding::dcz, from.digest}) ||
           !is_in_bounds(from.identity.size);
  });
  // A delta is compared with the other variants, so they come first.
  if (dictionaries.empty() || !is_in_bounds(content.identity.size)) return;
  if (lacks(content.digest, content.identity.size)) return want(content);
  const Key key{content.digest, true};
  if (!begin(key)) return;
  submit(key, [this, content, dictionaries = std::move(dictionaries)]() -> Result<void> {
    const auto bytes = read_content(content);
    if (!bytes) return {};  // it went away: nothing to do
    for (const Content& from : dictionaries) {
      if (const auto made = make_delta(content, from, *bytes); !made) return made;
    }
    return {};
  });
}

Result<void> VariantMaker::make_delta(const Content& content, const Content& from,
                                      std::string_view bytes) {
  const VariantKey key{content.digest, http::Coding::dcz, from.digest};
  if (!fits_delta_window(content.identity.size, from.identity.size)) {
    variants_.put_useless(key);
    return {};
  }
  const auto dictionary = read_content(from);
  if (!dictionary) return {};
  const auto coded = encode_delta(bytes, *dictionary, from.digest, &press_.stopping());
  if (!coded) return tl::unexpected(coded.error());
  if (coded->size() < smallest(content.digest, content.identity.size)) {
    return variants_.put(key, *coded);
  }
  variants_.put_useless(key);
  return {};
}

// What a client gets who has no dictionary.
std::uint64_t VariantMaker::smallest(const Sha256& content, std::uint64_t size) const {
  for (const http::CodingName& row : http::sibling_codings()) {
    const std::uint64_t coded = variants_.size_of({content, row.coding, std::nullopt});
    if (coded > 0) size = std::min(size, coded);
  }
  return size;
}

}  // namespace frontis::media
