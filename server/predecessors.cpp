#include "predecessors.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace frontis {

namespace {

// Its other end is closed.
bool is_gone(const Descriptor& line) {
  pollfd watched{line.number(), 0, 0};
  return ::poll(&watched, 1, 0) == 1 && watched.revents != 0;
}

}  // namespace

Predecessors::Predecessors(std::vector<Descriptor> lines) : lines_(std::move(lines)) {
  // One that does not read is not waited for.
  for (const Descriptor& line : lines_) ::fcntl(line.number(), F_SETFL, O_WRONLY | O_NONBLOCK);
  forget_gone();
}

void Predecessors::say(char word) {
  for (const Descriptor& line : lines_) {
    [[maybe_unused]] const auto written = ::write(line.number(), &word, 1);
  }
}

bool Predecessors::are_gone() {
  forget_gone();
  return lines_.empty();
}

const std::vector<Descriptor>& Predecessors::lines() {
  forget_gone();
  return lines_;
}

void Predecessors::forget_gone() {
  lines_.erase(std::remove_if(lines_.begin(), lines_.end(), is_gone), lines_.end());
}

}  // namespace frontis
