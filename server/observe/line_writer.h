// The slow half of the access log: one thread that takes batches of whole lines from the lanes
// and writes them, so that only it ever waits for a disk or a pipe. Batches wait in a bounded
// queue; when that is full, or the file refuses them, their lines are dropped and counted, and
// the error log hears of it once a minute. Another file can take over at any time. Owned by the
// AccessLog.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "base/descriptor.h"
#include "base/log.h"

namespace frontis::observe {

// Whole lines, kept by one lane or by the writer.
struct Batch {
  // Room for every line that begins before the batch is full.
  static constexpr std::size_t full = 64 * 1024;
  static std::unique_ptr<char[]> new_buffer();

  std::unique_ptr<char[]> buffer = new_buffer();
  std::size_t size = 0;
  std::uint32_t lines = 0;
};

class LineWriter {
 public:
  static constexpr std::size_t most_waiting = 8 * 1024 * 1024;  // bytes, over all lanes

  // `name` says in errors where the lines go. `file` may be in blocking mode.
  LineWriter(Descriptor file, std::string name, Log& log);
  // Writes what waits, for a second at most. What has not gone out by then is dropped.
  ~LineWriter();

  // Takes the lines and leaves an empty batch, its buffer recycled if there is one. When too
  // much is waiting the lines are dropped and counted. Any thread.
  void take(Batch& batch);
  // The same for a batch that is not full: when much is waiting, leaves it with the lane, which
  // loses nothing by filling it further.
  void take_early(Batch& batch);

  // From the next line on `file` is written to, and the old one is closed soon, whether there are
  // lines or not. Any thread.
  void replace(Descriptor file);

  // Lines dropped so far. Any thread.
  std::uint64_t lost() const;

 private:
  struct Shared;  // with the thread, which may outlive this object when a write does not return
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace frontis::observe
