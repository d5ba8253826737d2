// A loop that a test turns by hand, so that it sees what happens between two turns. `until` turns
// it until something has come true, and gives up after so long that only a fault explains it.
#pragma once

#include <unistd.h>

#include "net/loop.h"
#include "net/timer.h"

namespace frontis::net {

struct HandTurned {
  Loop loop;
  TimerWheel timers{loop};

  void turn(int times = 1) {
    for (int i = 0; i < times; ++i) loop.turn();
  }

  template <typename Condition>
  [[nodiscard]] bool until(Condition is_true) {
    constexpr int patience = 20'000;  // milliseconds
    for (int i = 0; i < patience; ++i) {
      if (is_true()) return true;
      turn();
      if (is_true()) return true;
      ::usleep(1'000);
    }
    return false;
  }
};

}  // namespace frontis::net
