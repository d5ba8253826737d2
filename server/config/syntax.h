// What yaml-cpp does not see in a text, or says in words that do not lead to the remedy. Pure
// functions of the text; only document.cpp uses them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/fault.h"

namespace frontis::config {

// False, after a fault, where the text holds a byte that cannot stand in a configuration.
[[nodiscard]] bool is_text(std::string_view text, Faults& faults);

// What to say about a text that is not YAML at `position` (which may lie beyond its end): the
// parser's message in plain words.
[[nodiscard]] std::string syntax_message(std::string_view text, std::size_t position,
                                         const std::string& parser);

// Whether the value that begins at `begin`, perhaps with an anchor, is not a quote that stays
// open. The parser does not see that where the text ends in a line break, and would take all the
// rest of the file for the value of one key. Only the last value of a file can be such a one.
[[nodiscard]] bool is_quote_closed(std::string_view text, std::size_t begin);

}  // namespace frontis::config
