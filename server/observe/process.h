// What this process takes of the machine, as the kernel says.
#pragma once

#include "observe/figures.h"

namespace frontis::observe {

// But for `started`. Reads /proc; what cannot be read is 0.
[[nodiscard]] ProcessFigures process_figures();

}  // namespace frontis::observe
