// The processes that were the server before this one, for as long as they finish what they had
// begun (successor.h is the other side). Each hears from this one through a pipe of its own: that
// it has taken over, and the signals that are meant for all of them but reach the main one alone.
// Main thread only.
#pragma once

#include <vector>

#include "base/descriptor.h"

namespace frontis {

class Predecessors {
 public:
  // Any of the lines may have nobody at its other end.
  explicit Predecessors(std::vector<Descriptor> lines);

  // This process accepts connections.
  void say_ready() { say(ready); }
  // SIGUSR1, SIGTERM, SIGINT: to be obeyed as if it had been sent to them.
  void pass_on(int signal) { say(static_cast<char>(signal)); }
  // Whether all have ended.
  bool are_gone();
  // Of those that are there: to be handed to a process that takes over from this one, and to be
  // watched, for each has an error pending (poll(2)) when its process ends.
  const std::vector<Descriptor>& lines();
  // It has them.
  void leave_to_another() { lines_.clear(); }

  // No signal has this number.
  static constexpr char ready = '+';

 private:
  void say(char word);
  void forget_gone();

  std::vector<Descriptor> lines_;
};

}  // namespace frontis
