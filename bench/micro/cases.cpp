#include "cases.h"

#include <fmt/format.h>

#include <utility>

namespace frontis::bench {

void Run::give_up(const std::string& why) {
  fault_ = why;
  state_.SkipWithError(why.c_str());
}

void Cases::add(const std::string& name, Allowed allowed, Body body) {
  benchmark::RegisterBenchmark(
      name.c_str(), [this, name, allowed, body = std::move(body)](benchmark::State& state) {
        run(name, allowed, body, state);
      });
}

void Cases::run(const std::string& name, Allowed allowed, const Body& body,
                benchmark::State& state) {
  Run run(state);
  body(run);
  if (!run.fault().empty()) {
    faults_[name] = run.fault();
    return;
  }
  constexpr auto rounds = static_cast<double>(Run::batch);
  const double allocations = static_cast<double>(run.least().allocations) / rounds;
  const double bytes = static_cast<double>(run.least().bytes) / rounds;
  state.counters["allocations"] = allocations;
  state.counters["bytes"] = bytes;
  state.counters["allowed"] = static_cast<double>(allowed.allocations);
  if (run.least().allocations > allowed.allocations * Run::batch) {
    faults_[name] =
        fmt::format("{:.2f} allocations ({:.1f} bytes) in each round, where {}", allocations, bytes,
                    allowed.allocations == 0 ? "the design says none"
                                             : fmt::format("{} are allowed", allowed.allocations));
  }
}

}  // namespace frontis::bench
