#include "observe/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "base/descriptor.h"
#include "base/text.h"

namespace frontis::observe {

namespace {

// /proc/self/statm: pages in all, and of these in memory.
std::uint64_t resident_bytes() {
  const Descriptor file(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  std::array<char, 128> room;
  const auto length = file.is_open() ? ::read(file.number(), room.data(), room.size()) : -1;
  if (length <= 0) return 0;
  std::string_view text(room.data(), static_cast<std::size_t>(length));
  text.remove_prefix(std::min(text.size(), text.find(' ') + 1));
  const auto pages = parse_decimal(text.substr(0, text.find(' ')));
  return pages.value_or(0) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint32_t open_files() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), &::closedir);
  std::uint32_t count = 0;
  while (folder && ::readdir(folder.get()) != nullptr) ++count;
  constexpr std::uint32_t not_counted = 3;  // ".", ".." and the folder itself
  return count > not_counted ? count - not_counted : 0;
}

double cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

}  // namespace

ProcessFigures process_figures() {
  ProcessFigures figures;
  figures.resident_bytes = resident_bytes();
  figures.open_files = open_files();
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    figures.most_files = static_cast<std::uint32_t>(std::min<rlim_t>(files.rlim_cur, UINT32_MAX));
  }
  figures.cpu_seconds = cpu_seconds();
  return figures;
}

}  // namespace frontis::observe
