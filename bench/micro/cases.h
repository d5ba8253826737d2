// The cases of the micro-benchmarks, and the guard over them: each case says how often it may ask
// the heap, is timed by Google Benchmark, and is counted before that. main() owns the cases; the
// files *_bench.cpp add theirs.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "heap.h"

namespace frontis::bench {

// Of one round, at most.
struct Allowed {
  std::uint64_t allocations;
};
// What the design says of the hot path.
inline constexpr Allowed no_allocation{0};

// One run of a case: its body sets the scene and then calls repeat() once.
class Run {
 public:
  explicit Run(benchmark::State& state) : state_(state) {}

  // Counts what rounds of `work` ask of the heap, and then times them.
  template <typename Work>
  void repeat(Work work) {
    const auto do_batch = [&work] {
      for (std::uint64_t i = 0; i < batch; ++i) work();
    };
    do_batch();  // by now all has its size
    least_ = used_by(do_batch);
    for (int i = 1; i < batches; ++i) keep_less(used_by(do_batch));
    for ([[maybe_unused]] auto round : state_) work();
  }

  // In place of repeat(): what was to be timed does not work.
  void give_up(const std::string& why);

  std::string fault() const { return fault_; }
  // The least that a batch has asked for. An allocation of each round is in every batch; what is
  // done once a second only, such as another look at a file, is not.
  HeapUse least() const { return least_; }

  static constexpr std::uint64_t batch = 100;  // rounds

 private:
  static constexpr int batches = 10;

  template <typename Batch>
  static HeapUse used_by(const Batch& do_batch) {
    const HeapUse before = heap_so_far();
    do_batch();
    const HeapUse after = heap_so_far();
    return {after.allocations - before.allocations, after.bytes - before.bytes};
  }
  void keep_less(const HeapUse& other) {
    if (other.allocations < least_.allocations) least_ = other;
  }

  benchmark::State& state_;
  HeapUse least_;
  std::string fault_;
};

class Cases {
 public:
  using Body = std::function<void(Run&)>;

  // `body` is called for each of the runs by which Google Benchmark finds the number of rounds.
  // "bytes" and "allocations" are those of one round.
  void add(const std::string& name, Allowed allowed, Body body);

  // Of the runs so far, by case: a sentence about what it did that it may not.
  const std::map<std::string, std::string>& faults() const { return faults_; }

 private:
  void run(const std::string& name, Allowed allowed, const Body& body, benchmark::State& state);

  std::map<std::string, std::string> faults_;
};

// One for each file of cases.
void add_http_cases(Cases& cases);
void add_router_cases(Cases& cases);
void add_asset_cases(Cases& cases);
void add_answer_cases(Cases& cases);
void add_upstream_cases(Cases& cases);

}  // namespace frontis::bench
