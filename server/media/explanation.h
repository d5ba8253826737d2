// What `frontis explain` says of the answer that a file gave: where it lies, its type and caching,
// each variant that there is, and why it is sent or not. The serving path never comes here.
#pragma once

#include <filesystem>

#include "http/exchange.h"
#include "media/answer.h"
#include "media/asset.h"

namespace frontis::media {

// Adds its lines to `to`; `decision` is what decide() gave for `asset`, a file of `root`.
void explain_answer(const Asset& asset, const std::filesystem::path& root,
                    const http::Request& request, const Decision& decision, http::Explanation& to);

}  // namespace frontis::media
