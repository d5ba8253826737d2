// The part of `frontis explain` that is about variants: each that there is, and why it is sent
// or not. The serving path never comes here.
#pragma once

#include "http/exchange.h"
#include "media/asset.h"

namespace frontis::media {

// Adds a line for each variant of `asset`; `chosen` is null where none was acceptable.
void explain_variants(const Asset& asset, const http::Request& request, const Variant* chosen,
                      http::Explanation& to);

}  // namespace frontis::media
