#include "net/watch.h"

#include <sys/epoll.h>

namespace frontis::net {

Watch::Watch(Loop& loop, int descriptor, Owner& owner)
    : loop_(loop), owner_(owner), descriptor_(descriptor) {}

Watch::~Watch() {
  want(false, false);
  loop_.forget(*this);
}

void Watch::want(bool read, bool write) {
  const std::uint32_t wanted = (read ? EPOLLIN : 0U) | (write ? EPOLLOUT : 0U);
  if (wanted == wanted_) return;
  const int change = wanted_ == 0 ? EPOLL_CTL_ADD : wanted == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  epoll_event asked{};
  asked.events = wanted_ = wanted;
  asked.data.ptr = this;
  ::epoll_ctl(loop_.poller_.number(), change, descriptor_, &asked);
}

// Whoever was told before us in this turn may have changed what we want.
void Watch::tell(std::uint32_t events) {
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) events |= EPOLLIN | EPOLLOUT;
  const std::uint32_t now = events & wanted_;
  if (now != 0) owner_.ready((now & EPOLLIN) != 0, (now & EPOLLOUT) != 0);
}

}  // namespace frontis::net
