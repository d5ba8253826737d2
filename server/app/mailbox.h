// The way back to a loop for what other threads call at any time, perhaps when nobody is at home
// any more: what is put into a closed mailbox is forgotten. Shared by its owner, which closes it
// in its destructor, and by whoever may still call.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "net/loop.h"

namespace frontis::app {

class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  explicit Mailbox(net::Loop& loop) : loop_(&loop) {}

  // Has `work` done on the loop, unless the mailbox is closed before.
  void put(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return;
    loop_->post([self = shared_from_this(), work = std::move(work)] {
      if (self->is_open()) work();
    });
  }
  // On the loop's thread.
  void close() {
    const std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

 private:
  bool is_open() {
    const std::lock_guard lock(mutex_);
    return loop_ != nullptr;
  }

  std::mutex mutex_;
  net::Loop* loop_;
};

}  // namespace frontis::app
