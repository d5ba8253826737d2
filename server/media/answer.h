// From an asset and a request to the response: which variant, whether it has changed for this
// client, and which parts of it. The decisions are those of http/ (negotiation, conditional,
// range); this is where they meet a file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/exchange.h"
#include "http/negotiation.h"
#include "http/range.h"
#include "media/asset.h"

namespace frontis::media {

// What will be sent, before any file is opened.
struct Decision {
  int status = 200;                     // 200, 206, 304, 406, 412 or 416
  const Variant* variant = nullptr;     // null only for 406
  std::vector<http::ByteRange> ranges;  // for 206
  const Caching* caching = nullptr;     // the asset's, or the one that the query earned

  bool needs_content() const { return status == 200 || status == 206; }
};

// `weights` are those of the request's Accept-Encoding. `earned` is the caching of this URL's
// query, or null. `scratch` is memory for a list that came in several fields. `now` in seconds
// since 1970.
[[nodiscard]] Decision decide(const Asset& asset, const http::Request& request,
                              const http::CodingWeights& weights, const Caching* earned,
                              std::int64_t now, std::string& scratch);

// What the log and the metrics say of it.
inline void note_variant(const Asset& asset, const Variant& variant, http::Notes& notes) {
  notes.variant = http::row_of(variant.coding).token;
  if (variant.coding != http::Coding::identity) notes.content_size = asset.identity().size();
}

// The response for a decision. `file` is the open file of the variant where needs_content() and
// the variant has no bytes in memory; null otherwise.
[[nodiscard]] http::Response respond_with(const Asset& asset, const Decision& decision,
                                          std::shared_ptr<const Descriptor> file);

}  // namespace frontis::media
