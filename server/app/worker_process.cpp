#include "app/worker_process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string>
#include <utility>

namespace frontis::app {

namespace {

// What one process may say in one turn of the loop, so that it cannot hold up the others.
constexpr int most_reads = 4;
// What is still read of one that has ended: a pipe holds no more, unless a child of it goes on.
constexpr int last_reads = 32;

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(net::Loop& loop,
                                                            const config::WsgiSettings& settings,
                                                            unsigned processes, Owner& owner) {
  auto spawned = spawn_worker(settings, processes);
  if (!spawned) return tl::unexpected(spawned.error());
  return std::make_unique<WorkerProcess>(loop, std::move(*spawned), owner);
}

WorkerProcess::WorkerProcess(net::Loop& loop, Spawned spawned, Owner& owner)
    : owner_(owner),
      spawned_(std::move(spawned)),
      control_(*this, loop, spawned_.control.number(), &WorkerProcess::read_control),
      output_(*this, loop, spawned_.output.number(), &WorkerProcess::read_output),
      ended_(*this, loop, spawned_.ended.number(), &WorkerProcess::read_end) {}

WorkerProcess::~WorkerProcess() {
  if (has_ended_) return;
  kill();
  ::waitpid(pid(), nullptr, 0);
}

WorkerProcess::Source::Source(WorkerProcess& process, net::Loop& loop, int descriptor, Reader call)
    : of(process), reader(call), watch(loop, descriptor, *this) {
  watch.want(true, false);
}

void WorkerProcess::Source::ready(bool, bool) { (of.*reader)(); }

std::uint64_t WorkerProcess::memory() const {
  std::ifstream statm("/proc/" + std::to_string(pid()) + "/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  if (!(statm >> total >> resident)) return 0;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void WorkerProcess::terminate() {
  if (!has_ended_) ::kill(pid(), SIGTERM);
}

void WorkerProcess::kill() {
  if (!has_ended_) ::kill(-pid(), SIGKILL);
}

void WorkerProcess::read_control() {
  std::array<char, 16> bytes{};
  const ssize_t count = ::read(spawned_.control.number(), bytes.data(), bytes.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // Its end is told by the pidfd.
  if (count <= 0) return control_.watch.want(false, false);
  for (const char byte : std::string_view(bytes.data(), static_cast<std::size_t>(count))) {
    if (byte == '!') owner_.worker_ready(*this);
    if (byte == 'r') owner_.worker_tired(*this);
  }
}

void WorkerProcess::read_output() {
  for (int i = 0; i < most_reads; ++i) {
    if (!read_some()) return;
  }
}

// False when nothing more is there now.
bool WorkerProcess::read_some() {
  std::array<char, 16 * 1024> bytes;
  const ssize_t count = ::read(spawned_.output.number(), bytes.data(), bytes.size());
  if (count < 0) return errno == EINTR;
  if (count == 0) {
    output_.watch.want(false, false);
    return false;
  }
  lines_.add({bytes.data(), static_cast<std::size_t>(count)},
             [this](std::string_view line) { owner_.worker_said(*this, line); });
  return true;
}

void WorkerProcess::read_end() {
  int status = 0;
  if (::waitpid(pid(), &status, WNOHANG) != pid()) return;
  has_ended_ = true;
  for (Source* one : {&control_, &output_, &ended_}) one->watch.want(false, false);
  for (int i = 0; i < last_reads && read_some(); ++i) {
  }
  lines_.end([this](std::string_view line) { owner_.worker_said(*this, line); });
  owner_.worker_ended(*this, status);
}

}  // namespace frontis::app
