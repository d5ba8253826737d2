// What each step of a request costs: nanoseconds, and what it asks of the heap. Takes the options
// of Google Benchmark (--help). Ends with 1 when a case allocates more than it may, whatever the
// times: bench/micro/run prints the table.
#include <benchmark/benchmark.h>

#include <cstdio>

#include "cases.h"

int main(int count, char** arguments) {
  constexpr int bad_usage = 2;
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return bad_usage;
  frontis::bench::Cases cases;
  frontis::bench::add_http_cases(cases);
  frontis::bench::add_router_cases(cases);
  frontis::bench::add_asset_cases(cases);
  frontis::bench::add_answer_cases(cases);
  frontis::bench::add_upstream_cases(cases);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  for (const auto& [name, fault] : cases.faults()) {
    std::fprintf(stderr, "micro: %s: %s\n", name.c_str(), fault.c_str());
  }
  return cases.faults().empty() ? 0 : 1;
}
