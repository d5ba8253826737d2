#include "observe/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/descriptor.h"
#include "base/text.h"

namespace frontis::observe {

namespace {

// The file's text, as far as it says what is asked here.
std::string read_file(const char* name) {
  const Descriptor file(::open(name, O_RDONLY | O_CLOEXEC));
  std::array<char, 1024> room;
  const auto length = file.is_open() ? ::read(file.number(), room.data(), room.size()) : -1;
  return {room.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0))};
}

// The word behind so many others, as a number; 0 where it is none.
std::uint64_t number_at(std::string_view text, unsigned index) {
  for (; index > 0; --index) text.remove_prefix(std::min(text.size(), text.find(' ') + 1));
  return parse_decimal(text.substr(0, text.find(' '))).value_or(0);
}

// proc_pid_statm(5): pages in all, and of these in memory.
std::uint64_t resident_bytes() {
  return number_at(read_file("/proc/self/statm"), 1) *
         static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// proc_pid_stat(5): field 22 is when it was started, by the clock of steady_seconds().
std::int64_t started() {
  const std::string text = read_file("/proc/self/stat");
  const std::size_t name_end = text.rfind(')');  // the program's name may have spaces
  if (name_end == std::string::npos) return 0;
  constexpr unsigned behind_name = 20;
  const auto ticks = number_at(std::string_view(text).substr(name_end), behind_name);
  const auto then = static_cast<std::int64_t>(ticks) / ::sysconf(_SC_CLK_TCK);
  return wall_seconds() - (steady_seconds() - then);
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
  figures.started = started();
  return figures;
}

}  // namespace frontis::observe
