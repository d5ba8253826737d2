#include "app/restart_policy.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstring>

namespace frontis::app {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds shortest_delay{200};
constexpr milliseconds longest_delay{10'000};
constexpr unsigned most_doublings = 6;

// Exit codes of the worker (frontis_worker/loading.py).
constexpr int not_imported = 3;
constexpr int not_wsgi = 4;

}  // namespace

unsigned failures_after(unsigned failures, std::optional<milliseconds> served) {
  const bool has_worked = served && *served >= proving_time;
  return has_worked ? 0 : failures + 1;
}

milliseconds restart_delay(unsigned failures) {
  if (failures <= 1) return {};
  return std::min(shortest_delay * (1U << std::min(failures - 2, most_doublings)), longest_delay);
}

std::optional<std::size_t> next_to_replace(std::span<const Age> processes) {
  std::optional<std::size_t> oldest;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    if (processes[i].being_replaced) return {};
    if (!processes[i].tired) continue;
    if (!oldest || processes[i].ready < processes[*oldest].ready) oldest = i;
  }
  return oldest;
}

std::string end_in_words(int status) {
  if (WIFEXITED(status)) return "exit code " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  const char* const name = ::sigdescr_np(signal);
  std::string words = "signal " + std::to_string(signal);
  if (name != nullptr) words += std::string(" (") + name + ")";
  return words;
}

bool is_without_application(int status) {
  return WIFEXITED(status) &&
         (WEXITSTATUS(status) == not_imported || WEXITSTATUS(status) == not_wsgi);
}

}  // namespace frontis::app
