// What one loop counts of the requests that it has finished. One thread alone writes and reads it:
// nothing here is atomic, takes a lock, or allocates once each route has been asked for. It
// outlives the configuration: a route is known by its names. Bounded by most_routes and most_apps;
// what is more is counted under "other".
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "http/exchange.h"
#include "observe/figures.h"
#include "observe/sketch.h"

namespace frontis::observe {

class Counts {
 public:
  static constexpr std::size_t most_routes = 100;
  static constexpr std::size_t most_apps = 50;

  Counts();

  // A request that was answered, or whose client has left. Views live until record() returns.
  struct Answered {
    const http::Notes& notes;
    int status = 0;
    std::uint64_t bytes = 0;  // of the body
    std::uint64_t duration_us = 0;
    bool is_whole = false;                  // all of the body was asked for, and sent
    std::string_view host = {}, path = {};  // both empty: the request could not be read
  };
  void record(const Answered& answered);

  // All so far. To be called about once a second: it also lets old URLs go.
  LaneFigures read(Instant now);

 private:
  // Where the counters of a route are, by where its name lies.
  struct Known {
    const char* name = nullptr;
    std::uint32_t index = 0;
  };

  RouteFigures& route_of(const http::Notes& notes);
  std::uint32_t look_up(std::string_view site, std::string_view route);
  void record_app(const Answered& answered);
  void record_url(const Answered& answered);

  std::vector<RouteFigures> routes_;
  std::vector<AppFigures> apps_;
  std::array<Known, 256> known_{};
  RecentSketch slow_, faulty_;
  Instant turned_{};
};

}  // namespace frontis::observe
