#include "app/restart_policy.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <vector>

namespace frontis::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(RestartPolicy, WaitsLongerWithEachFailure) {
  const std::vector<int> expected{0, 0, 200, 400, 800, 1600, 3200, 6400, 10'000, 10'000};
  for (unsigned failures = 0; failures < expected.size(); ++failures) {
    EXPECT_EQ(restart_delay(failures), milliseconds(expected[failures])) << failures;
  }
  EXPECT_EQ(restart_delay(4'000'000'000), milliseconds(10'000));
}

TEST(RestartPolicy, ForgetsFailuresOfWhatHasWorkedForAWhile) {
  struct Case {
    unsigned before;
    std::optional<milliseconds> served;
    unsigned after;
  };
  const Case cases[] = {
      {0, {}, 1},
      {3, {}, 4},
      {0, milliseconds(10), 1},
      {3, milliseconds(4'999), 4},
      {3, milliseconds(5'000), 0},
      {0, milliseconds(60'000), 0},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(failures_after(one.before, one.served), one.after);
  }
}

TEST(RestartPolicy, ReplacesTheOldestTiredOneAtATime) {
  const Instant begin{};
  const Age fresh{begin + seconds(1), false, false};
  const Age tired{begin + seconds(5), true, false};
  const Age older{begin + seconds(3), true, false};
  const Age replaced{begin + seconds(2), true, true};
  struct Case {
    std::vector<Age> processes;
    std::optional<std::size_t> next;
  };
  const Case cases[] = {
      {{}, {}},
      {{fresh, fresh}, {}},
      {{fresh, tired}, 1},
      {{tired, older, fresh}, 1},
      {{tired, older, replaced}, {}},
  };
  for (const Case& one : cases) EXPECT_EQ(next_to_replace(one.processes), one.next);
}

TEST(RestartPolicy, SaysTheEndInWords) {
  struct Case {
    int status;
    const char* words;
    bool without_application;
  };
  const Case cases[] = {
      {0, "exit code 0", false},
      {1 << 8, "exit code 1", false},
      {3 << 8, "exit code 3", true},
      {4 << 8, "exit code 4", true},
      {SIGKILL, "signal 9 (Killed)", false},
      {SIGSEGV, "signal 11 (Segmentation fault)", false},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(end_in_words(one.status), one.words);
    EXPECT_EQ(is_without_application(one.status), one.without_application) << one.words;
  }
}

}  // namespace
}  // namespace frontis::app
