#include "net/timer.h"

#include <event2/event.h>

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
    : event_(event_new(loop.base(), -1, EV_PERSIST, &TimerWheel::turned, this)) {
  if (event_ == nullptr) std::abort();
}

TimerWheel::~TimerWheel() { event_free(event_); }

void TimerWheel::turned(int, short, void* self) { static_cast<TimerWheel*>(self)->turn(); }

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
  if (linked_ == 0) event_del(event_);
}

void TimerWheel::link(Timer& timer) {
  if (linked_ == 0) {
    turned_at_ = coarse_now();
    const timeval period{0, std::chrono::microseconds(tick).count()};
    event_add(event_, &period);
  }
  const auto ahead = std::max<std::int64_t>((timer.due_ - turned_at_) / tick + 1, 1);
  const auto steps = std::min<std::size_t>(static_cast<std::size_t>(ahead), slots - 1);
  timer.insert_before(wheel_[(position_ + steps) % slots]);
  timer.looked_at_ = turned_at_ + steps * tick;
  ++linked_;
}

void TimerWheel::unlinked() {
  if (--linked_ == 0) event_del(event_);
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
  wheel_.unlinked();
}

}  // namespace frontis::net
