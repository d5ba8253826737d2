#include "media/draft.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/file_bytes.h"

namespace frontis::media {

namespace {

constexpr std::string_view temporary_prefix = ".tmp-";

std::string_view advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return "make room on its disk, or lower press.size and keep_size";
    case EACCES:
    case EPERM: return "make the folder writable for the user that Frontis runs as";
    case EROFS: return "mount its disk for writing, or change 'state'";
    case EFBIG: return "raise the limit of file sizes (LimitFSIZE, or ulimit -f)";
    case EMFILE:
    case ENFILE: return "raise the limit of open files (LimitNOFILE, or ulimit -n)";
    case EEXIST:
    case EISDIR:
    case ELOOP:
    case ENOTDIR: return "something else stands in its place: move that away";
    default: return "look at the state of its disk";
  }
}

tl::unexpected<Error> unwritten(const std::string& path, int error) {
  return fail(ErrorKind::io, fmt::format("cannot write {} ({}): {}", path,
                                         std::generic_category().message(error), advice(error)));
}

std::string temporary_name() {
  std::uint64_t number = 0;
  // Where there is no randomness yet, a name that is taken is found out by O_EXCL.
  (void)!getrandom(&number, sizeof number, GRND_NONBLOCK);
  return fmt::format("{}{}-{:016x}", temporary_prefix, getpid(), number);
}

// A sync that the file system does not know of (EINVAL) is not a failed one.
bool sync(int descriptor) {
  int result = 0;
  do {
    result = fsync(descriptor);
  } while (result != 0 && errno == EINTR);
  return result == 0 || errno == EINVAL;
}

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.is_open()) sync(opened.number());
}

}  // namespace

Result<Draft> Draft::begin(const std::filesystem::path& folder, const std::string& name) {
  const std::string path = folder / name;
  std::error_code error;
  if (std::filesystem::create_directories(folder, error)) sync_folder(folder.parent_path());
  if (error) return unwritten(path, error.value());
  Draft draft(path, name,
              Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)));
  if (!draft.folder_.is_open() || !draft.open()) return unwritten(path, errno);
  return draft;
}

bool Draft::is_temporary(std::string_view name) { return name.starts_with(temporary_prefix); }

Draft::Draft(std::string path, std::string name, Descriptor folder)
    : path_(std::move(path)), name_(std::move(name)), folder_(std::move(folder)) {}

Draft::~Draft() {
  if (file_.is_open()) unlinkat(folder_.number(), temporary_.c_str(), 0);
}

bool Draft::open() {
  constexpr int most_tries = 100;
  for (int tries = 0; tries < most_tries; ++tries) {
    temporary_ = temporary_name();
    file_ = Descriptor(openat(folder_.number(), temporary_.c_str(),
                              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (file_.is_open()) return true;
    if (errno != EEXIST) return false;
  }
  return false;
}

Result<void> Draft::write(std::string_view bytes) {
  if (!write_all(file_.number(), bytes)) return unwritten(path_, errno);
  return {};
}

Result<void> Draft::set_modified(std::int64_t nanoseconds) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t part = (nanoseconds % second + second) % second;
  const timespec times[2] = {{0, UTIME_OMIT}, {(nanoseconds - part) / second, part}};
  if (futimens(file_.number(), times) != 0) return unwritten(path_, errno);
  return {};
}

Result<void> Draft::finish() {
  if (!sync(file_.number())) return unwritten(path_, errno);
  const int folder = folder_.number();
  if (renameat(folder, temporary_.c_str(), folder, name_.c_str()) != 0) {
    return unwritten(path_, errno);
  }
  file_.close();  // nothing to take back from here on
  if (sync(folder)) return {};
  const int error = errno;
  unlinkat(folder, name_.c_str(), 0);
  return unwritten(path_, error);
}

}  // namespace frontis::media
