// What the Cache-Status of an answer says (RFC 9211): how the cache has dealt with the request,
// for whoever looks at the answer in a browser or with curl.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/cache_control.h"

namespace frontis::app {

struct CacheStatus {
  // Why the app was asked (RFC 9211, 2.2); `none`: it was not, this is a hit.
  enum class Forward : std::uint8_t { none, bypass, method, request, miss, stale };
  Forward forward = Forward::none;
  std::optional<Seconds> ttl = {};         // of a hit; below zero: stale for so long
  std::optional<int> forward_status = {};  // what the app answered, where another answer is given
  bool stored = false;                     // the answer was kept
  bool collapsed = false;                  // it is the answer to somebody else's request
  std::string_view detail = {};            // a token, such as name_of(Refusal); empty: none
};

// "frontis; hit; ttl=7", "frontis; fwd=miss; stored", "frontis; fwd=bypass; detail=set-cookie".
[[nodiscard]] std::string text_of(const CacheStatus& status);

}  // namespace frontis::app
