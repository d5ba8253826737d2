// Tells its owner when a descriptor can be read or written. Holds one libevent event; asking
// again for what is already watched costs nothing, so a keep-alive connection is registered
// with the kernel once in its life. Every idle connection has one, so it holds nothing that the
// event knows already.
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

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
  static void fired(int descriptor, short what, void* owner);

  short wanted() const;
  void change(short now);

  event event_{};
};

}  // namespace frontis::net
