#include "observe/process.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/descriptor.h"

namespace frontis::observe {
namespace {

// The kernel makes the folder of a process when it is first looked at.
std::int64_t first_look() {
  struct stat status {};
  return ::stat("/proc/self", &status) == 0 ? status.st_ctim.tv_sec : 0;
}

TEST(ProcessFigures, TellWhatTheKernelSays) {
  const ProcessFigures figures = process_figures();
  EXPECT_GT(figures.resident_bytes, 1'000'000U);
  EXPECT_GT(figures.cpu_seconds, 0);
  EXPECT_GE(figures.most_files, figures.open_files);
  EXPECT_LE(figures.started, first_look() + 1);
  EXPECT_GT(figures.started, wall_seconds() - 3600);
}

TEST(ProcessFigures, CountOpenFiles) {
  const std::uint32_t before = process_figures().open_files;
  const Descriptor more(::dup(STDERR_FILENO));
  EXPECT_EQ(process_figures().open_files, before + 1);
}

}  // namespace
}  // namespace frontis::observe
