// What `frontis explain` says of the answer that a file gave: where it lies, its type and caching,
// each variant that there is, and why it is sent or not. Of this the serving path meets note()
// alone.
#pragma once

#include <filesystem>
#include <string>

#include "http/exchange.h"
#include "media/answer.h"
#include "media/asset.h"

namespace frontis::media {

// Adds a line where somebody asked for an explanation.
void note(http::Exchange& exchange, std::string line);

// Adds its lines to `to`; `decision` is what decide() gave for `asset`, a file of `root`.
void explain_answer(const Asset& asset, const std::filesystem::path& root,
                    const http::Request& request, const Decision& decision, http::Explanation& to);

}  // namespace frontis::media
