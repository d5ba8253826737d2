// What a thread has asked of the heap. malloc itself is counted, which operator new calls, so that
// what the C libraries below us ask for is seen as well.
#pragma once

#include <cstdint>

namespace frontis::bench {

struct HeapUse {
  std::uint64_t allocations = 0;
  std::uint64_t bytes = 0;  // as asked for; what was freed is not taken off
};

// Of the thread that asks, since it began.
[[nodiscard]] HeapUse heap_so_far();

}  // namespace frontis::bench
