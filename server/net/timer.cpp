#include "net/timer.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace frontis::net {

void TimerWheel::Node::unlink() {
  next->previous = previous;
  previous->next = next;
  next = previous = this;
}

void TimerWheel::Node::insert_before(Node& other) {
  next = &other;
  previous = other.previous;
  other.previous->next = this;
  other.previous = this;
}

TimerWheel::TimerWheel(Loop& loop)
    : clock_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      watch_(loop, clock_.number(), *this) {
  if (!clock_.is_open()) std::abort();  // no descriptors at start-up
  watch_.want(true, false);
}

// Zero stops it.
void TimerWheel::turn_every(std::chrono::milliseconds period) {
  const timespec pause{0, std::chrono::nanoseconds(period).count()};
  const itimerspec times{pause, pause};
  ::timerfd_settime(clock_.number(), 0, &times, nullptr);
  turns_ = period.count() != 0;
}

void TimerWheel::ready(bool, bool) {
  std::uint64_t periods = 0;
  if (::read(clock_.number(), &periods, sizeof periods) == sizeof periods) turn();
}

void TimerWheel::turn() {
  const Instant now = coarse_now();
  // A suspended machine may have slept for more than the wheel's length: every slot is then due.
  const auto behind = (now - turned_at_) / tick;
  const auto steps = std::min<std::size_t>(static_cast<std::size_t>(behind), slots);
  turned_at_ += behind * tick;
  Node due;
  for (std::size_t i = 0; i < steps; ++i) {
    position_ = (position_ + 1) % slots;
    Node& slot = wheel_[position_];
    while (slot.next != &slot) {
      Node& node = *slot.next;
      node.unlink();
      node.insert_before(due);
    }
  }
  while (due.next != &due) {
    auto& timer = static_cast<Timer&>(*due.next);
    timer.unlink();
    --linked_;
    if (timer.due_ > now) {
      link(timer);  // it was moved later since
    } else {
      timer.owner_.timer_due();
    }
  }
  // Here and not with the last timer: whoever comes and goes often would pay for it.
  if (linked_ == 0) turn_every({});
}

void TimerWheel::link(Timer& timer) {
  if (!turns_) {
    turned_at_ = coarse_now();
    turn_every(tick);
  }
  const auto ahead = std::max<std::int64_t>((timer.due_ - turned_at_) / tick + 1, 1);
  const auto steps = std::min<std::size_t>(static_cast<std::size_t>(ahead), slots - 1);
  timer.insert_before(wheel_[(position_ + steps) % slots]);
  timer.looked_at_ = turned_at_ + steps * tick;
  ++linked_;
}

void Timer::set(std::chrono::milliseconds delay) {
  due_ = coarse_now() + delay;
  // The usual case, a deadline moved later: the slot that holds us will see it in time.
  if (is_linked() && due_ >= looked_at_ - TimerWheel::tick) return;
  clear();
  wheel_.link(*this);
}

void Timer::clear() {
  if (!is_linked()) return;
  unlink();
  --wheel_.linked_;
}

}  // namespace frontis::net
