// The time, as cheaply as it can be read: the kernel's coarse clocks, exact to some 4 ms, which
// is enough for deadlines and dates and costs no system call. The wall clock may be set at any
// moment, forwards or back: it is for what people read and for what outlives the process, and no
// wait goes by it.
#pragma once

#include <time.h>

#include <chrono>
#include <cstdint>

namespace frontis {

using Instant = std::chrono::steady_clock::time_point;

inline Instant coarse_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return Instant(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

// Since the machine was started, also while it slept: for how old something is.
inline std::int64_t steady_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec;
}

// Seconds since 1970.
inline std::int64_t wall_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec;
}

inline std::int64_t wall_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace frontis
