#include "gathering.h"

#include <utility>

namespace frontis {

Gathering::Gathering(net::Loop& loop, net::TimerWheel& timers, std::vector<Ask> lanes)
    : loop_(loop), timer_(timers, *this), ask_(std::move(lanes)), last_(ask_.size()) {}

void Gathering::begin(std::function<void()> done) {
  if (is_asking_) return waiting_for_next_.push_back(std::move(done));
  waiting_.push_back(std::move(done));
  ask_all();
}

void Gathering::ask_all() {
  is_asking_ = true;
  heard_ = 0;
  ++round_;
  timer_.set(patience);
  for (std::size_t lane = 0; lane < ask_.size(); ++lane) {
    ask_[lane]([this, lane, round = round_](observe::LaneFigures figures) {
      loop_.post([this, lane, round, figures = std::move(figures)]() mutable {
        hear(lane, round, std::move(figures));
      });
    });
  }
}

// What comes too late is still newer than what was there.
void Gathering::hear(std::size_t lane, std::uint64_t round, observe::LaneFigures figures) {
  last_[lane] = std::move(figures);
  if (round == round_ && is_asking_ && ++heard_ == ask_.size()) end();
}

void Gathering::timer_due() { end(); }

void Gathering::end() {
  timer_.clear();
  is_asking_ = false;
  told_ = heard_;
  for (const auto& done : std::exchange(waiting_, {})) done();
  if (waiting_for_next_.empty() || is_asking_) return;
  waiting_.insert(waiting_.end(), waiting_for_next_.begin(), waiting_for_next_.end());
  waiting_for_next_.clear();
  ask_all();
}

}  // namespace frontis
