#include "media/explanation.h"

#include <optional>
#include <string>
#include <utility>

#include "http/compressible.h"
#include "media/mime.h"

namespace frontis::media {

namespace {

using http::Coding;

std::string described(const Variant& variant) {
  return "variant " + std::string(http::row_of(variant.coding).token) + ", " +
         std::to_string(variant.size()) + " bytes";
}

std::string why_chosen(const Asset& asset, const Variant& chosen, bool asked) {
  if (asset.variants.size() > 1) {
    return asked ? ": the best that Accept-Encoding accepts" : ": there is no Accept-Encoding";
  }
  if (!http::is_compressible(asset.type)) return ": other codings are no use for its type";
  return asset.remarks.empty() && chosen.coding == Coding::identity ? ": there is nothing smaller"
                                                                    : "";
}

std::string why_not(const Variant& variant, const Variant* chosen,
                    const http::CodingWeights& weights, bool asked) {
  if (weights.of(variant.coding) == 0) {
    return asked ? "Accept-Encoding does not accept it" : "there is no Accept-Encoding";
  }
  if (variant.dictionary && !(chosen && chosen->size() <= variant.size())) {
    return "it is for clients that name another version in Available-Dictionary";
  }
  if (chosen && weights.of(variant.coding) == weights.of(chosen->coding)) {
    return "it is accepted as gladly, but not smaller";
  }
  return "Accept-Encoding gives it less weight";
}

void explain_variants(const Asset& asset, const http::Request& request, const Variant* chosen,
                      http::Explanation& to) {
  std::string scratch;
  const auto field = request.combined(http::FieldName::accept_encoding, scratch);
  if (chosen) to.push_back(described(*chosen) + why_chosen(asset, *chosen, field.has_value()));
  const http::CodingWeights weights = http::coding_weights(field);
  for (const Variant& variant : asset.variants) {
    if (&variant == chosen) continue;
    to.push_back(described(variant) +
                 ", is not used: " + why_not(variant, chosen, weights, field.has_value()));
  }
}

}  // namespace

void note(http::Exchange& exchange, std::string line) {
  if (exchange.explanation) exchange.explanation->push_back(std::move(line));
}

void explain_answer(const Asset& asset, const std::filesystem::path& root,
                    const http::Request& request, const Decision& decision, http::Explanation& to) {
  to.push_back("file " + (root / asset.identity().file).string());
  to.insert(to.end(), asset.remarks.begin(), asset.remarks.end());
  to.push_back("type " + asset.type);
  explain_variants(asset, request, decision.variant, to);
  to.push_back("caching '" + std::string(decision.caching->label) +
               "': " + decision.caching->reason);
  if (asset.sandboxed) to.push_back("uploads: active content is defused");
}

}  // namespace frontis::media
