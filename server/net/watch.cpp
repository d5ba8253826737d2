#include "net/watch.h"

namespace frontis::net {

Watch::Watch(Loop& loop, int descriptor, Owner& owner) {
  event_assign(&event_, loop.base(), descriptor, EV_PERSIST, &Watch::fired, &owner);
}

Watch::~Watch() {
  if (wanted() != 0) event_del(&event_);
}

// Each request asks, so this is no call of libevent's.
short Watch::wanted() const { return static_cast<short>(event_.ev_events & (EV_READ | EV_WRITE)); }

void Watch::want(bool read, bool write) {
  const auto now = static_cast<short>((read ? EV_READ : 0) | (write ? EV_WRITE : 0));
  if (now != wanted()) change(now);
}

void Watch::change(short now) {
  if (wanted() != 0) event_del(&event_);
  event_assign(&event_, event_get_base(&event_), event_get_fd(&event_),
               static_cast<short>(now | EV_PERSIST), &Watch::fired,
               event_get_callback_arg(&event_));
  if (now != 0) event_add(&event_, nullptr);
}

void Watch::fired(int, short what, void* owner) {
  static_cast<Owner*>(owner)->ready((what & EV_READ) != 0, (what & EV_WRITE) != 0);
}

}  // namespace frontis::net
