// Figures as JSON, for the page, for `frontis status` and for whoever else reads /status.json: how
// things stand, the sums since the start, and the last second or the last minutes. Text from
// outside (URLs) that is not UTF-8 gets U+FFFD in place of what is wrong.
#pragma once

#include <string>

#include "observe/figures.h"
#include "observe/history.h"

namespace frontis::observe {

// One line. `history` goes into it whole as "history", and its last second as "now".
[[nodiscard]] std::string status_json(const Figures& figures, const History& history);
// The same without the history.
[[nodiscard]] std::string status_json(const Figures& figures, const Moment& now);

}  // namespace frontis::observe
