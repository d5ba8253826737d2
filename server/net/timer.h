// Deadlines for very many owners at almost no cost. Moving a deadline later, which every request
// does, only stores the new time; the timer looks at it when the old one comes. Precise to a
// tenth of a second and never early.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>

#include "base/clock.h"
#include "base/descriptor.h"
#include "net/loop.h"
#include "net/watch.h"

namespace frontis::net {

class Timer;

// All timers of one loop: a wheel of slots, each a list of timers, turned by one timer of the
// kernel's that runs only while there is something to wait for.
class TimerWheel : private Watch::Owner {
 public:
  explicit TimerWheel(Loop& loop);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

 private:
  friend class Timer;
  static constexpr std::chrono::milliseconds tick{100};
  static constexpr std::size_t slots = 512;

  struct Node {
    Node* next = this;
    Node* previous = this;
    bool is_linked() const { return next != this; }
    void unlink();
    void insert_before(Node& other);
  };

  void ready(bool readable, bool writable) override;
  void turn();
  void link(Timer& timer);
  void turn_every(std::chrono::milliseconds period);

  Descriptor clock_;  // timerfd
  Watch watch_;
  bool turns_ = false;
  std::array<Node, slots> wheel_;
  Instant turned_at_;         // the time up to which slots have been emptied
  std::size_t position_ = 0;  // the slot of turned_at_
  std::size_t linked_ = 0;
};

class Timer : private TimerWheel::Node {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void timer_due() = 0;
  };

  // Both outlive the timer.
  Timer(TimerWheel& wheel, Owner& owner) : wheel_(wheel), owner_(owner) {}
  ~Timer() { clear(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Calls owner.timer_due() once, `delay` from now, in place of what was set before.
  void set(std::chrono::milliseconds delay);
  void clear();

 private:
  friend class TimerWheel;

  TimerWheel& wheel_;
  Owner& owner_;
  Instant due_{};
  Instant looked_at_{};  // when the slot that holds us is emptied
};

}  // namespace frontis::net
