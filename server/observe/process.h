// What this process takes of the machine, as the kernel says.
#pragma once

#include "observe/figures.h"

namespace frontis::observe {

// Reads /proc; what cannot be read is 0. `started` is reckoned from the time now, and may differ by
// a second from one call to the next.
[[nodiscard]] ProcessFigures process_figures();

}  // namespace frontis::observe
