// One line for each answer, `combined` or `json`, to stdout or a file. A loop formats the line
// into a buffer of its own and never waits: full buffers go to one writer thread, and when that
// falls behind (a full disk, a dead pipe) lines are dropped, counted, and said so once a minute.
//
// `combined` is the format of Apache and nginx followed by six fields of ours, which parsers of
// combined tolerate; a dash stands for what there is none of, the time is UTC, and a status of
// 000 means that none was sent:
//   client - - [22/Nov/2026:17:33:31 +0000] "GET /x HTTP/1.1" 200 123 "referer" "user agent"
//     variant cache microseconds host request-id sample            (all on one line)
// Quotes, backslashes, control bytes and everything beyond ASCII are written as \xNN, and so are
// spaces where they would begin another field.
//
// `json` is one object a line, whose keys README.md explains; null for what there is none of. Bytes
// that are not UTF-8 become U+FFFD.
//
// In both, a target is cut at 8 KiB, Referer and User-Agent at 2 KiB, and "..." marks the cut.
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
  std::int64_t wall_us = 0;       // when the request's head was complete, microseconds since 1970
  std::uint32_t duration_us = 0;  // until the last byte was handed to the kernel
  std::string_view client;        // address, or "unix:"
  std::string_view method, target, protocol;  // "HTTP/1.1"; all empty: the head was malformed
  std::string_view host, referer, user_agent;
  std::string_view site, route, variant, cache, request_id;  // see http::Notes
  int status = 0;
  std::uint64_t bytes = 0;  // of the body
  bool complete = true;     // false: the client left or was cut before the end
  bool is_routine = false;  // may be left out where `log.sample` asks for a share
};

class LineWriter;

// Owns the file and the writer thread. Several processes may write to the same file.
class AccessLog {
 public:
  // `settings.access` is not "off". Errors: io, naming the path and what to do.
  [[nodiscard]] static Result<std::unique_ptr<AccessLog>> open(const config::LogSettings& settings,
                                                               Log& log);
  // Writes what was handed over, waiting at most a second for a slow file.
  ~AccessLog();

  // After the file was renamed: lines that are written from now on go to a new one of its old name,
  // none is lost or cut. Nothing to do for stdout. An error is as of open(), and leaves everything
  // as it was. For one thread at a time; lanes and the writer may work meanwhile.
  [[nodiscard]] Result<void> reopen();

  // The front end of one loop: not shared. Must not outlive its AccessLog.
  class Lane {
   public:
    // Hands over what is kept.
    ~Lane();
    // Formats and keeps the line. No system call, no lock, no allocation once warm, except that
    // the lock of the queue is taken, and the writer woken, when 64 KiB are handed over.
    void record(const AccessEntry& entry);
    // Hands over what is kept, unless the writer is so far behind that it had better fill up
    // first; called by the loop a few times a second. Costs nothing when nothing is kept.
    void flush();

   private:
    friend class AccessLog;
    struct State;
    explicit Lane(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };
  [[nodiscard]] std::unique_ptr<Lane> lane();

  // Lines dropped since the start. Any thread.
  std::uint64_t lost() const;

 private:
  AccessLog(std::unique_ptr<LineWriter> writer, const config::LogSettings& settings);

  std::unique_ptr<LineWriter> writer_;
  const std::string access_;  // a path, or "stdout"
  const config::AccessFormat format_;
  const std::uint32_t sample_;
};

}  // namespace frontis::observe
