// One line for each answer, `combined` or `json`, to stdout or a file. A loop formats the line
// into a buffer of its own and never waits: full buffers go to one writer thread, and when that
// falls behind (a full disk, a dead pipe) lines are dropped, counted, and said so once a minute.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "config/settings.h"

namespace frontis::observe {

// Views live until record() returns.
struct AccessEntry {
  std::int64_t wall_us = 0;        // when the request's head was complete, microseconds since 1970
  std::uint32_t duration_us = 0;   // until the last byte was handed to the kernel
  std::string_view client;         // address, or "unix:"
  std::string_view method, target, protocol;  // "HTTP/1.1"; all empty: the head was malformed
  std::string_view host, referer, user_agent;
  std::string_view site, route, variant, cache;  // see http::Notes
  int status = 0;
  std::uint64_t bytes = 0;         // of the body
  bool complete = true;            // false: the client left or was cut before the end
};

// Owns the file and the writer thread.
class AccessLog {
 public:
  // `settings.access` is not "off". Errors: io, naming the path and what to do.
  [[nodiscard]] static Result<std::unique_ptr<AccessLog>> open(const config::LogSettings& settings,
                                                               Log& log);
  // Writes what was recorded, waiting at most a second for a slow file.
  ~AccessLog();

  // The front end of one loop: not shared. Must not outlive its AccessLog.
  class Lane {
   public:
    ~Lane();
    // Formats and keeps the line. No system call, no lock, no allocation once warm; every 64 KiB
    // the buffer is handed over.
    void record(const AccessEntry& entry);
    // Hands over what is kept; called by the loop a few times a second.
    void flush();

   private:
    friend class AccessLog;
    struct State;
    explicit Lane(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };
  [[nodiscard]] std::unique_ptr<Lane> lane();

 private:
  struct Writer;
  explicit AccessLog(std::unique_ptr<Writer> writer);
  std::unique_ptr<Writer> writer_;
};

}  // namespace frontis::observe
