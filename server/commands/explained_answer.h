// The answer of `frontis explain` for a person: what became of conditions and ranges, the head
// as the server would send it, and how long the body is.
#pragma once

#include <string>
#include <vector>

#include "http/message.h"

namespace frontis::commands {

// What the request's conditions and ranges came to, a sentence each; empty without any.
[[nodiscard]] std::vector<std::string> outcome_lines(const http::Request& request,
                                                     const http::Response& answer);

// The head with the empty line that ends it, lines ended by '\n'.
[[nodiscard]] std::string head_text(const http::Request& request, const http::Response& answer);

// "body: 20 bytes", or why there is none.
[[nodiscard]] std::string body_line(const http::Request& request, const http::Response& answer);

}  // namespace frontis::commands
