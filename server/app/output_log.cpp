#include "app/output_log.h"

namespace frontis::app {

namespace {

// What keeps a process from starting is to be seen also in a log that is kept short.
Log::Level level_of(bool is_of_traceback, bool is_starting) {
  if (is_of_traceback) return Log::Level::error;
  return is_starting ? Log::Level::warning : Log::Level::info;
}

}  // namespace

void OutputLog::add(std::string_view line, TracebackLines& traceback, bool is_starting,
                    Instant now) {
  tend(now);
  const bool is_of_traceback = traceback.has(line);
  if (!allowance_.allows(now)) return;
  log_.write(level_of(is_of_traceback, is_starting), fmt::format("app '{}': {}", app_, line));
}

void OutputLog::tell(std::uint64_t dropped) {
  if (dropped == 0) return;
  log_.warning("app '{}': {} lines are left out: more than {} in a second", app_, dropped,
               LineAllowance::most_in_a_second);
}

}  // namespace frontis::app
