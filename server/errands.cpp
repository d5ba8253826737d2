#include "errands.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

namespace frontis {

Errands::Errands() : bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Errands::post(std::function<void()> errand) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(errand));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(bell_.number(), &one, sizeof one);
}

void Errands::run() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(bell_.number(), &count, sizeof count);
  std::vector<std::function<void()>> now;
  {
    const std::lock_guard lock(mutex_);
    now.swap(posted_);
  }
  for (const auto& errand : now) errand();
}

}  // namespace frontis
