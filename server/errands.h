// What other threads want done on the main thread, which waits for signals and for them: the end
// of what took its time, and all that may block or joins a thread.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "base/descriptor.h"

namespace frontis {

class Errands {
 public:
  Errands();

  // From any thread.
  void post(std::function<void()> errand);
  // Readable while there are any.
  int descriptor() const { return bell_.number(); }
  // On the main thread: runs those that there are.
  void run();

 private:
  const Descriptor bell_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace frontis
