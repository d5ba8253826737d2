// The last minutes, second by second: what happened in each, and how things stood at its end. A
// page that is opened begins with them. Plain values, bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "observe/figures.h"

namespace frontis::observe {

struct Moment {
  std::int64_t time_ms = 0;  // its end, since 1970
  // A second, of which there may have been more or less than one since the last look.
  double requests = 0, bytes = 0, saved = 0, processor = 0;  // the last in cores
  std::array<double, status_classes> by_class{};
  // Shares of files: ready in memory; and of all answers: 304.
  double hit_ratio = 0, not_modified_ratio = 0;
  double p50 = 0, p99 = 0;          // seconds; 0: nothing was answered
  double app_p50 = 0, app_p99 = 0;  // until an app's answer began
  double app_requests = 0;
  std::uint32_t connections = 0, answering = 0, busy = 0, waiting = 0;
  std::uint64_t backlog = 0;  // of press
  std::uint64_t resident_bytes = 0;
};

// None when no time lies between the two, or the clock was set back.
[[nodiscard]] std::optional<Moment> moment_between(const Figures& earlier, const Figures& later);

class History {
 public:
  static constexpr std::size_t most = 300;

  void add(const Moment& moment);
  const std::deque<Moment>& moments() const { return moments_; }

 private:
  std::deque<Moment> moments_;
};

}  // namespace frontis::observe
