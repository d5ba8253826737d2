// What becomes of processes that end or grow old, decided by plain functions: how soon the next
// one is started, which one is replaced first, and the end of one in words for the log.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "base/clock.h"

namespace frontis::app {

// A process that ends so soon after it was ready has not proved that it works.
inline constexpr std::chrono::milliseconds proving_time{5'000};

// How many times in a row processes have failed, when one has ended that served for `served`
// (none: it never came to it) after `failures` of those before it.
unsigned failures_after(unsigned failures, std::optional<std::chrono::milliseconds> served);

// How long the next start waits: not at all the first time, then 0.2 s doubling to 10 s.
std::chrono::milliseconds restart_delay(unsigned failures);

// A process as far as its replacement is concerned.
struct Age {
  Instant ready{};     // since when it serves
  bool tired = false;  // it asked to be replaced, or has taken too much memory
  bool being_replaced = false;
};

// Who is replaced next: of the tired the one that has served longest, and only one at a time.
std::optional<std::size_t> next_to_replace(std::span<const Age> processes);

// What waitpid() told: "exit code 3", "signal 9 (Killed)".
std::string end_in_words(int status);

// True for the ends by which a worker says that there is no application
// (frontis_worker/main.py).
bool is_without_application(int status);

}  // namespace frontis::app
