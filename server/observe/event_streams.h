// Server-sent events (the HTML standard, 9.2): the same text to everybody who listens, once a
// second. Nothing is kept for a slow reader but the newest event: what it had no room for is left
// out. Belongs to one loop; bounded.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/source.h"

namespace frontis::observe {

class EventStreams {
 public:
  static constexpr std::size_t most = 16;

  // A body without an end that begins with `first` and is told what is published from now on. Null
  // when there are too many already. It must not outlive this.
  std::unique_ptr<Source> open(std::string_view first);
  // `data` is one line.
  void publish(std::string_view data);
  bool is_empty() const { return open_.empty(); }

 private:
  class Stream;

  std::vector<Stream*> open_;
};

}  // namespace frontis::observe
