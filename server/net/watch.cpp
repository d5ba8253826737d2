#include "net/watch.h"

namespace frontis::net {

Watch::Watch(Loop& loop, int descriptor, Owner& owner)
    : loop_(loop), owner_(owner), descriptor_(descriptor) {}

Watch::~Watch() {
  if (wanted_ != 0) event_del(&event_);
}

void Watch::want(bool read, bool write) {
  const auto wanted = static_cast<short>((read ? EV_READ : 0) | (write ? EV_WRITE : 0));
  if (wanted == wanted_) return;
  if (wanted_ != 0) event_del(&event_);
  wanted_ = wanted;
  if (wanted == 0) return;
  event_assign(&event_, loop_.base(), descriptor_, static_cast<short>(wanted | EV_PERSIST),
               &Watch::fired, this);
  event_add(&event_, nullptr);
}

void Watch::fired(int, short what, void* self) {
  static_cast<Watch*>(self)->owner_.ready((what & EV_READ) != 0, (what & EV_WRITE) != 0);
}

}  // namespace frontis::net
