// Says to the service manager that we are alive while the main thread, whose task that is, waits
// for something that may take long and will end: for name servers, say, that do not answer. For
// two minutes at most; a main thread that is stuck for longer is to be noticed.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "notify.h"

namespace frontis {

class Patience {
 public:
  // Until the end of this, which `notify` outlives.
  explicit Patience(const Notify& notify);

 private:
  void run(const std::stop_token& is_over);

  const Notify& notify_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses the others; not there when nobody waits for a word
};

}  // namespace frontis
