// The time as the cache needs it, by two clocks that are read together.
#pragma once

#include "app/cache_control.h"
#include "base/clock.h"

namespace frontis::app {

struct Now {
  Seconds wall = 0;    // since 1970, for dates. May be set, forwards or back, at any moment
  Seconds steady = 0;  // since some moment, for ages. Only runs on

  [[nodiscard]] static Now read() { return {wall_seconds(), steady_seconds()}; }
};

}  // namespace frontis::app
