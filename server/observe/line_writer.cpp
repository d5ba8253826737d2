#include "observe/line_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "observe/access_line.h"

namespace frontis::observe {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t most_batches = LineWriter::most_waiting / Batch::full;
constexpr std::size_t most_spare = 32;  // buffers kept for reuse after a rush
// A stop gives the thread less time than its owner has, so that it can end by itself.
constexpr milliseconds time_to_write_rest{800};
constexpr milliseconds time_to_stop{1000};
constexpr milliseconds retry_interval{200};

// A descriptor, and how to write to it without waiting in write().
class Outlet {
 public:
  explicit Outlet(Descriptor file) : file_(std::move(file)) {
    ::fstat(file_.number(), &status_);
    is_socket_ = S_ISSOCK(status_.st_mode);
    const bool is_blocking = (::fcntl(file_.number(), F_GETFL) & O_NONBLOCK) == 0;
    // Our stdout is shared with whoever started us, so its mode is not ours to change.
    ask_first_ = is_blocking && !is_socket_ && !S_ISREG(status_.st_mode);
  }

  bool is_same_file(const Outlet& other) const {
    return status_.st_dev == other.status_.st_dev && status_.st_ino == other.status_.st_ino;
  }

  // Like write(2); fails with EAGAIN rather than wait.
  ssize_t write(std::string_view bytes) {
    if (is_socket_) {
      return ::send(file_.number(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    if (!ask_first_) return ::write(file_.number(), bytes.data(), bytes.size());
    if (!is_ready(milliseconds(0))) {
      errno = EAGAIN;
      return -1;
    }
    // A pipe that is ready has room for as much as this.
    return ::write(file_.number(), bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
  }

  bool is_ready(milliseconds timeout) {
    pollfd waiting{file_.number(), POLLOUT, 0};
    return ::poll(&waiting, 1, static_cast<int>(timeout.count())) > 0;
  }

 private:
  Descriptor file_;
  struct stat status_ {};
  bool is_socket_ = false;
  bool ask_first_ = false;
};

// In place of an error: another file takes over.
constexpr int is_over = -1;

std::string what_to_do(int error_number) {
  switch (error_number) {
    case EAGAIN: return "see what holds up its disk or its reader";
    case ENOSPC:
    case EDQUOT: return "free space there, or set log.access to another path";
    case EPIPE: return "start its reader again";
    default: return "see to its disk, or set log.access to another path";
  }
}

std::string reason(int error_number) {
  if (error_number == EAGAIN) return "too slow to take its lines";
  return std::generic_category().message(error_number);
}

std::uint32_t lines_in(std::string_view text) {
  return static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

std::unique_ptr<char[]> Batch::new_buffer() {
  // Not zeroed: pages that no line reaches are never touched.
  return std::make_unique_for_overwrite<char[]>(full + AccessLine::longest);
}

struct LineWriter::Shared {
  Shared(Outlet first, std::string its_name, Log& its_log);

  void take(Batch& batch, std::size_t share);
  void replace(Outlet other);
  void run();

  std::atomic<std::uint64_t> lost{0};

  std::mutex mutex;  // guards this group
  std::condition_variable work_or_stop;
  std::condition_variable finished;
  std::vector<Batch> waiting;
  std::vector<std::unique_ptr<char[]>> spare;
  std::optional<Outlet> successor;
  std::atomic<bool> is_replaced{false};  // there is a successor; read without the mutex
  std::size_t held_batches = 0;          // waiting or being written
  std::size_t held_bytes = 0;
  bool is_stopping = false;
  bool is_finished = false;
  std::atomic<Clock::time_point> stop_by{Clock::time_point::max()};  // read without the mutex

  // Held while the thread speaks to the error log, which is its right until it is abandoned.
  std::mutex log_mutex;
  bool is_abandoned = false;

 private:
  bool wait_for_work();
  void take_over();
  void write(const Batch& batch);
  int write_lines(std::string_view& lines);
  int write_all(std::string_view& rest);
  bool wait_until_ready();
  void drop(std::string_view lines, int error_number);
  void recycle(Batch& batch);
  void complain(int error_number);
  void sum_up();

  // The thread's own.
  Outlet outlet;
  const std::string name;
  Log& log;
  std::vector<Batch> in_hand;
  bool is_torn = false;  // the last byte written was not the end of a line
  std::uint64_t complained_of = 0;
};

LineWriter::Shared::Shared(Outlet first, std::string its_name, Log& its_log)
    : outlet(std::move(first)), name(std::move(its_name)), log(its_log) {
  waiting.reserve(most_batches);
  in_hand.reserve(most_batches);
  spare.reserve(most_spare);
}

LineWriter::LineWriter(Descriptor file, std::string name, Log& log)
    : shared_(std::make_shared<Shared>(Outlet(std::move(file)), std::move(name), log)),
      thread_([shared = shared_] { shared->run(); }) {}

// ---- the side of the lanes

void LineWriter::take(Batch& batch) {
  if (batch.size == 0) return;
  shared_->take(batch, 1);
  if (batch.size == 0) return;
  shared_->lost += batch.lines;
  batch.size = 0;
  batch.lines = 0;
}

void LineWriter::take_early(Batch& batch) {
  if (batch.size > 0) shared_->take(batch, 2);
}

void LineWriter::replace(Descriptor file) { shared_->replace(Outlet(std::move(file))); }

std::uint64_t LineWriter::lost() const { return shared_->lost; }

// Takes the batch if the queue with it stays within 1/`share` of its bounds.
void LineWriter::Shared::take(Batch& batch, std::size_t share) {
  std::unique_ptr<char[]> next;
  {
    const std::lock_guard lock(mutex);
    if (held_batches >= most_batches / share) return;
    if (held_bytes + batch.size > most_waiting / share) return;
    ++held_batches;
    held_bytes += batch.size;
    if (!spare.empty()) {
      next = std::move(spare.back());
      spare.pop_back();
    }
    waiting.push_back({std::move(batch.buffer), batch.size, batch.lines});
  }
  work_or_stop.notify_one();
  batch.buffer = next ? std::move(next) : Batch::new_buffer();
  batch.size = 0;
  batch.lines = 0;
}

void LineWriter::Shared::replace(Outlet other) {
  {
    const std::lock_guard lock(mutex);
    successor = std::move(other);
    is_replaced = true;
  }
  work_or_stop.notify_one();
}

// ---- the side of the thread

void LineWriter::Shared::run() {
  // Signals are for others; and a write to a dead pipe shall fail with EPIPE, not with SIGPIPE.
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);

  while (wait_for_work()) {
    take_over();
    for (Batch& batch : in_hand) {
      write(batch);
      recycle(batch);
      take_over();
    }
    in_hand.clear();
  }
  sum_up();
  const std::lock_guard lock(mutex);
  is_finished = true;
  finished.notify_all();
}

// False when nothing is left to do and a stop was asked for.
bool LineWriter::Shared::wait_for_work() {
  std::unique_lock lock(mutex);
  work_or_stop.wait(lock, [this] { return !waiting.empty() || successor || is_stopping; });
  std::swap(waiting, in_hand);
  return !in_hand.empty() || successor;
}

void LineWriter::Shared::take_over() {
  if (!is_replaced.load()) return;
  std::optional<Outlet> taken;  // closed without the mutex
  {
    const std::lock_guard lock(mutex);
    std::swap(taken, successor);
    is_replaced = false;
  }
  is_torn = is_torn && taken->is_same_file(outlet);
  std::swap(outlet, *taken);
}

void LineWriter::Shared::write(const Batch& batch) {
  std::string_view lines(batch.buffer.get(), batch.size);
  int error = write_lines(lines);
  while (error == is_over) {
    take_over();
    error = write_lines(lines);
  }
  if (error != 0) drop(lines, error);
}

// Writes from the front of `lines` until there are none, or returns the error that ended it. The
// file that takes over gets the line that was begun as a whole.
int LineWriter::Shared::write_lines(std::string_view& lines) {
  std::string_view line_end = is_torn ? "\n" : "";
  if (const int error = write_all(line_end); error != 0) return error;
  const std::string_view all = lines;
  const int error = write_all(lines);
  const std::string_view written = all.substr(0, all.size() - lines.size());
  is_torn = !written.empty() && written.back() != '\n';
  if (error == is_over && is_torn) lines = all.substr(written.rfind('\n') + 1);
  return error;
}

// Writes from the front of `rest` until it is empty, or returns the error that ended it.
int LineWriter::Shared::write_all(std::string_view& rest) {
  while (!rest.empty()) {
    if (Clock::now() >= stop_by.load()) return EAGAIN;
    const ssize_t written = outlet.write(rest);
    if (written == 0) return EIO;
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      if (!wait_until_ready() && is_replaced.load()) return is_over;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

// False when it has taken nothing for a while: its reader is stuck, or gone for good.
bool LineWriter::Shared::wait_until_ready() {
  // Rounded up, so that the last wait ends behind the deadline rather than just before it.
  const auto time_left = std::chrono::ceil<milliseconds>(stop_by.load() - Clock::now());
  const bool ready = outlet.is_ready(std::clamp(time_left, milliseconds(0), retry_interval));
  // The lanes cannot say what they had to drop in the meantime: their loops must not wait for
  // the error log either.
  if (lost > complained_of) complain(EAGAIN);
  return ready;
}

void LineWriter::Shared::drop(std::string_view lines, int error_number) {
  lost += lines_in(lines);
  complain(error_number);
}

void LineWriter::Shared::recycle(Batch& batch) {
  const std::lock_guard lock(mutex);
  --held_batches;
  held_bytes -= batch.size;
  if (spare.size() < most_spare) spare.push_back(std::move(batch.buffer));
}

void LineWriter::Shared::complain(int error_number) {
  const std::lock_guard lock(log_mutex);
  if (is_abandoned) return;
  complained_of = lost;
  log.once_a_minute("access log " + name, Log::Level::warning,
                    fmt::format("access log {}: {}; {} lines lost so far: {}", name,
                                reason(error_number), complained_of, what_to_do(error_number)));
}

void LineWriter::Shared::sum_up() {
  const std::lock_guard lock(log_mutex);
  if (is_abandoned || lost == 0) return;
  log.warning("access log {}: closed, {} lines lost in all", name, lost.load());
}

LineWriter::~LineWriter() {
  std::unique_lock lock(shared_->mutex);
  shared_->stop_by = Clock::now() + time_to_write_rest;
  shared_->is_stopping = true;
  shared_->work_or_stop.notify_one();
  if (shared_->finished.wait_for(lock, time_to_stop, [this] { return shared_->is_finished; })) {
    lock.unlock();
    thread_.join();
    return;
  }
  lock.unlock();
  // A write that does not return (a dead network disk) cannot be ended from here, and must not
  // keep the process: the thread goes on alone with what it shares, and without the error log.
  const std::lock_guard log_lock(shared_->log_mutex);
  shared_->is_abandoned = true;
  thread_.detach();
}

}  // namespace frontis::observe
