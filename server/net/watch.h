// Tells its owner when a descriptor can be read or written. Asking again for what is already
// watched costs nothing, so a keep-alive connection is registered with the kernel once in its
// life.
#pragma once

#include <cstdint>

#include "net/loop.h"

namespace frontis::net {

class Watch {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // An error or a hang-up counts as both.
    virtual void ready(bool readable, bool writable) = 0;
  };

  // `descriptor` is open and non-blocking; both it and `owner` outlive the watch.
  Watch(Loop& loop, int descriptor, Owner& owner);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void want(bool read, bool write);

 private:
  friend class Loop;
  void tell(std::uint32_t events);

  Loop& loop_;
  Owner& owner_;
  int descriptor_;
  std::uint32_t wanted_ = 0;  // EPOLLIN, EPOLLOUT
};

}  // namespace frontis::net
