// What the processes of one application say, as lines of our log: those of tracebacks as errors,
// and no more lines in a second than LineAllowance allows. How many were left out is said when that
// second is over, or a process has ended. Owned by the supervisor of the application.
#pragma once

#include <string>
#include <string_view>

#include "app/output_lines.h"
#include "base/clock.h"
#include "base/log.h"

namespace frontis::app {

class OutputLog {
 public:
  // Both outlive this.
  OutputLog(Log& log, const std::string& app) : log_(log), app_(app) {}

  // One line; `traceback` is that of the process, which may still be starting.
  void add(std::string_view line, TracebackLines& traceback, bool is_starting, Instant now);
  // To be called within a second or so while lines are left out.
  void tend(Instant now) { tell(allowance_.take_dropped(now)); }
  bool leaves_out() const { return allowance_.has_dropped(); }
  // A process has ended: nobody will come back to what it said.
  void end() { tell(allowance_.take_dropped()); }

 private:
  void tell(std::uint64_t dropped);

  Log& log_;
  const std::string& app_;
  LineAllowance allowance_;
};

}  // namespace frontis::app
