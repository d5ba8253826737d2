// Makes the variants that some content lacks: reads it once, encodes it in each coding, keeps
// what is worth it. For the loops, which want it done by and by, and for press's rounds and
// `frontis press`, which do it on their own thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
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
  // All references are used for as long as this is; a job under way uses this, so press ends
  // before it does. `works` is false where things are only looked at (explain): nothing is made
  // for a loop then.
  VariantMaker(const config::PressSettings& settings, Variants& variants, Press& press, Log& log,
               std::function<Instant()> clock = coarse_now, bool works = true);
  VariantMaker(const VariantMaker&) = delete;
  VariantMaker& operator=(const VariantMaker&) = delete;

  struct Content {
    Sha256 digest{};
    Identity identity;                       // of `file`
    std::shared_ptr<const Descriptor> file;  // open
  };

  bool works() const { return works_; }
  bool makes_deltas() const { return settings_.deltas; }
  unsigned threads() const { return settings_.threads; }
  // Variants that were made and kept, since the start. Any thread.
  std::uint64_t made() const { return made_.load(std::memory_order_relaxed); }
  // Whether content of this size is coded at all: neither too small nor too large.
  bool is_in_bounds(std::uint64_t size) const;
  // Whether a coding that is wanted (press.codings) is neither there nor known to be useless, of
  // content that is neither too small (under 64 bytes) nor too large (press.largest). For loops.
  bool lacks(const Sha256& content, std::uint64_t size) const;
  // Whether want() would take it on now: it lacks something, nobody is at it, and there was no
  // failure in the last minute.
  bool would_make(const Sha256& content, std::uint64_t size) const;
  // From a loop: has it made at idle priority, once however many ask. At most `most_wanted` wait,
  // since each holds a file open: beyond that it is for who asks again. Nothing is made in the
  // minute after one could not be stored.
  void want(const Content& content);
  // The same on this thread, unless another is at it.
  void make_now(const Content& content);
  // The same for deltas from these dictionaries (digest and open file), which are other content.
  // Each is kept if it is smaller than every other variant that is known then.
  void want_deltas(const Content& content, std::vector<Content> dictionaries);

  // What has become of each coding, by http::Coding; 0: not wanted, or of no use.
  struct Made {
    std::array<std::uint64_t, http::codings> sizes{};
    unsigned encoded = 0;  // how many were made now
  };
  // On this thread. `max`: gzip by zopfli, where it has to be made: one that is there stays. The
  // content is read only if a coding lacks. Errors: io when it cannot be read or is not what its
  // digest says; exhausted and io of Variants::put(); io when given up.
  [[nodiscard]] Result<Made> make(const Content& content, bool max,
                                  const std::atomic<bool>* give_up);

 private:
  static constexpr std::size_t most_wanted = 256;
  static constexpr std::size_t most_wanted_deltas = 32;

  using Wanted = std::set<Sha256>;

  bool begin(Wanted& wanted, std::size_t most, const Sha256& content);
  void end(Wanted& wanted, const Sha256& content);
  void submit(Wanted& wanted, const Sha256& content, std::function<Result<void>()> job);
  void run(Wanted& wanted, const Sha256& content, const std::function<Result<void>()>& job);
  Result<void> make_all(const Content& content);

  Result<std::string> read(const Content& content) const;
  Result<void> make_one(const VariantKey& key, std::string_view content, const Effort& effort);
  Result<void> make_deltas(const Content& content, const std::vector<Content>& dictionaries);
  Result<void> make_delta(std::string_view content, const VariantKey& key,
                          const Content& dictionary);
  std::uint64_t smallest_known(const Sha256& content, std::uint64_t plain) const;

  Result<void> keep(const VariantKey& key, std::string_view coded);
  bool is_resting() const;

  const config::PressSettings& settings_;
  Variants& variants_;
  Press& press_;
  Log& log_;
  const std::function<Instant()> clock_;
  const bool works_;

  mutable std::mutex mutex_;  // of the two sets; loops take it as well
  Wanted wanted_, wanted_deltas_;
  std::atomic<Instant> rest_until_{Instant::min()};
  std::atomic<std::uint64_t> made_{0};
};

}  // namespace frontis::media
