// The threads of `frontis press`: they take the files from the front of the list, at normal
// priority, while the caller's thread redraws the progress and waits for a signal. What they find
// is summed under one mutex.
#pragma once

#include <signal.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "commands/file_presser.h"
#include "commands/findings.h"
#include "commands/press_files.h"
#include "commands/press_totals.h"

namespace frontis::commands {

// SIGINT and SIGTERM, held back in this thread and those that it starts, so that the first ends the
// work in good order. A second one ends us at once, as ever.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  int descriptor() const { return descriptor_.number(); }
  // Whether there was one; it stays so.
  bool came();

 private:
  sigset_t before_{};
  Descriptor descriptor_;
  bool came_ = false;
};

class PressCrew {
 public:
  // All outlive this. `give_up` is what the presser looks at; it becomes true when the work ends
  // early.
  PressCrew(const std::vector<PressRoot>& roots, const PressList& list, FilePresser& presser,
            std::atomic<bool>& give_up, Findings& findings);
  ~PressCrew();
  PressCrew(const PressCrew&) = delete;
  PressCrew& operator=(const PressCrew&) = delete;

  // On `threads` threads, to the end, or until a signal comes. `show_progress`: on stderr, which
  // is a terminal.
  void run(unsigned threads, bool show_progress, Interrupts& interrupts);

  const PressTotals& totals() const { return totals_; }
  // Why it ended early: a sentence, or empty.
  const std::string& stopped() const { return stopped_; }

 private:
  void start(unsigned threads);
  void work();
  void take(const PressTask& task, const Result<PressedFile>& pressed);
  void wait(bool show_progress, Interrupts& interrupts);
  void stop(std::string why);
  void draw() const;

  const std::vector<PressRoot>& roots_;
  const PressList& list_;
  FilePresser& presser_;
  std::atomic<bool>& give_up_;
  Findings& findings_;  // under the mutex while threads run

  std::atomic<std::size_t> next_{0};
  mutable std::mutex mutex_;
  PressTotals totals_;
  std::string stopped_;
  std::size_t at_work_ = 0;  // threads
  Descriptor ended_;         // readable when the last of them has ended
  std::vector<std::thread> threads_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace frontis::commands
