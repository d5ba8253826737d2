// Figures in the text format of Prometheus (version 0.0.4), as GET /metrics gives them. Names and
// units are those of its conventions: seconds, bytes, _total for what only grows. Series that
// would be zero for ever are left out where there are many of them; the labels are names of the
// configuration, and so are bounded.
#pragma once

#include <string>
#include <string_view>

#include "observe/figures.h"

namespace frontis::observe {

inline constexpr std::string_view exposition_type = "text/plain; version=0.0.4; charset=utf-8";

[[nodiscard]] std::string exposition(const Figures& figures);

// As it stands between quotes: backslash, quote and newline are escaped.
[[nodiscard]] std::string label_value(std::string_view text);

}  // namespace frontis::observe
