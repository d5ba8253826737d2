// Makes the variants that some content lacks: reads it once, encodes it in each coding, keeps
// what is worth it. For the loops, which want it done by and by, and for press's rounds and
// `frontis press`, which do it on their own thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"
#include "media/encoder.h"
#include "media/press.h"
#include "media/variants.h"

namespace frontis::media {

class VariantMaker {
 public:
  // `works` is false where things are only looked at (explain): want() then does nothing. All
  // references outlive this.
  VariantMaker(const config::PressSettings& settings, Variants& variants, Press& press, Log& log,
               bool works = true);

  struct Content {
    Sha256 digest{};
    Identity identity;                       // of `file`
    std::shared_ptr<const Descriptor> file;  // open
  };

  unsigned threads() const { return settings_.threads; }
  bool works() const { return works_; }
  bool makes_deltas() const { return settings_.deltas; }
  // Whether files of this size have variants made: neither too small nor too large.
  bool is_in_bounds(std::uint64_t size) const;
  // Whether a coding that is wanted (press.codings) is neither there nor known to be useless, of
  // content that is neither too small (under 64 bytes) nor too large (press.largest). For loops.
  bool lacks(const Sha256& content, std::uint64_t size) const;
  // From a loop: has it made at idle priority, once however many ask.
  void want(const Content& content);
  // The same for deltas from these dictionaries (digest and open file), which are other content.
  void want_deltas(const Content& content, std::vector<Content> dictionaries);

  // On this thread, unless somebody else is at it. A failure is said in the log.
  void make_now(const Content& content);

  // What has become of each coding, by http::Coding; 0: not wanted, or of no use.
  struct Made {
    std::array<std::uint64_t, http::codings> sizes{};
    unsigned encoded = 0;  // how many were made now
  };
  // On this thread. `max`: gzip by zopfli. Errors: invalid when the content is not what its
  // digest says any more; exhausted and io of Variants::put(); io when it cannot be read, and when
  // given up.
  [[nodiscard]] Result<Made> make(const Content& content, bool max,
                                  const std::atomic<bool>* give_up);

 private:
  using Key = std::pair<Sha256, bool>;  // of what is under way: content, and whether deltas

  bool is_wanted(http::Coding coding) const;
  bool is_lacking(const VariantKey& key) const;
  bool begin(const Key& key);
  void end(const Key& key);
  void submit(const Key& key, std::function<Result<void>()> job);
  void finish(const Key& key, const Result<void>& done);
  void failed(const Error& error);
  Result<void> make_all(const Content& content);
  Result<bool> make_one(const VariantKey& key, std::string_view content, const Effort& effort);
  Result<void> make_delta(const Content& content, const Content& from, std::string_view bytes);
  std::uint64_t smallest(const Sha256& content, std::uint64_t size) const;

  const config::PressSettings& settings_;
  Variants& variants_;
  Press& press_;
  Log& log_;
  const bool works_;
  mutable std::mutex mutex_;
  std::set<Key> under_way_;
  std::atomic<std::int64_t> retry_at_{0};  // wall seconds; after a failure to keep something
};

}  // namespace frontis::media
