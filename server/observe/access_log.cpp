#include "observe/access_log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "observe/access_line.h"
#include "observe/line_writer.h"
#include "observe/sampler.h"

namespace frontis::observe {

namespace {

std::string remedy(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR: return "create its folder, or set log.access to another path";
    case EACCES:
    case EPERM:
    case EROFS: return "let the user that frontis runs as write there, or set log.access";
    case EISDIR: return "it is a folder: name a file in it";
    default: return "set log.access to another path";
  }
}

Result<Descriptor> open_file(const std::string& path) {
  // Opened for reading too, a FIFO can be opened before its reader comes, and survives it.
  struct stat status {};
  const bool is_fifo = ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
  const int mode = is_fifo ? O_RDWR : O_WRONLY | O_CREAT;
  Descriptor file(::open(path.c_str(), mode | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0640));
  if (file.is_open()) return file;
  const int error_number = errno;
  return fail_errno("cannot open the access log " + path + " (" + remedy(error_number) + ")",
                    error_number);
}

Result<Descriptor> open_stdout() {
  Descriptor copy(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0));
  if (copy.is_open()) return copy;
  return fail_errno("cannot use stdout for the access log (set log.access to a path)", errno);
}

}  // namespace

Result<std::unique_ptr<AccessLog>> AccessLog::open(const config::LogSettings& settings, Log& log) {
  auto file = settings.access == "stdout" ? open_stdout() : open_file(settings.access);
  if (!file) return tl::unexpected(std::move(file.error()));
  try {
    auto writer = std::make_unique<LineWriter>(std::move(*file), settings.access, log);
    return std::unique_ptr<AccessLog>(new AccessLog(std::move(writer), settings));
  } catch (const std::system_error& error) {
    return fail_errno("cannot start the thread of the access log (raise the limit on threads)",
                      error.code().value());
  }
}

AccessLog::AccessLog(std::unique_ptr<LineWriter> writer, const config::LogSettings& settings)
    : writer_(std::move(writer)),
      access_(settings.access),
      format_(settings.format),
      sample_(settings.sample) {}

AccessLog::~AccessLog() = default;

Result<void> AccessLog::reopen() {
  if (access_ == "stdout") return {};
  auto file = open_file(access_);
  if (!file) return tl::unexpected(std::move(file.error()));
  writer_->replace(std::move(*file));
  return {};
}

std::uint64_t AccessLog::lost() const { return writer_->lost(); }

struct AccessLog::Lane::State {
  LineWriter& writer;
  AccessLine line;
  std::uint32_t sample;  // one of so many routine lines
  Sampler sampler{};
  Batch batch{};
};

std::unique_ptr<AccessLog::Lane> AccessLog::lane() {
  auto state = std::make_unique<Lane::State>(Lane::State{*writer_, AccessLine(format_), sample_});
  return std::unique_ptr<Lane>(new Lane(std::move(state)));
}

AccessLog::Lane::Lane(std::unique_ptr<State> state) : state_(std::move(state)) {}

AccessLog::Lane::~Lane() { state_->writer.take(state_->batch); }

void AccessLog::Lane::record(const AccessEntry& entry) {
  State& state = *state_;
  const std::uint32_t share = entry.is_routine ? state.sample : 1;
  if (share > 1 && !state.sampler.picks(share)) return;
  Batch& batch = state.batch;
  char* const start = batch.buffer.get() + batch.size;
  batch.size += static_cast<std::size_t>(state.line.write(entry, share, start) - start);
  ++batch.lines;
  if (batch.size >= Batch::full) state.writer.take(batch);
}

void AccessLog::Lane::flush() {
  Batch& batch = state_->batch;
  if (batch.size > 0) state_->writer.take_early(batch);
}

}  // namespace frontis::observe
