// Asks every loop what it has counted, and tells when all have said it. A loop that does not
// answer in time holds up nobody: what it said last stands for it, and how many have told is known.
// Belongs to the loop of the admin address.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "net/loop.h"
#include "net/timer.h"
#include "observe/figures.h"

namespace frontis {

class Gathering final : private net::Timer::Owner {
 public:
  // May be called on any thread.
  using Told = std::function<void(observe::LaneFigures)>;
  // Asks one lane; from any thread.
  using Ask = std::function<void(Told)>;

  // `loop` and `timers` outlive this, and whoever is asked.
  Gathering(net::Loop& loop, net::TimerWheel& timers, std::vector<Ask> lanes);

  // `done` is called later, with figures that are younger than this call; where one gathering goes
  // on already, another follows it.
  void begin(std::function<void()> done);

  // As they were told last.
  const std::vector<observe::LaneFigures>& lanes() const { return last_; }
  std::size_t told() const { return told_; }

 private:
  static constexpr std::chrono::milliseconds patience{1000};

  void ask_all();
  void hear(std::size_t lane, std::uint64_t round, observe::LaneFigures figures);
  void end();
  void timer_due() override;

  net::Loop& loop_;
  net::Timer timer_;
  const std::vector<Ask> ask_;
  std::vector<observe::LaneFigures> last_;
  std::vector<std::function<void()>> waiting_, waiting_for_next_;
  std::uint64_t round_ = 0;
  std::size_t heard_ = 0;  // in this round
  std::size_t told_ = 0;   // in the last one
  bool is_asking_ = false;
};

}  // namespace frontis
