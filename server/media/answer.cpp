#include "media/answer.h"

#include "http/conditional.h"
#include "media/dictionary.h"
#include "media/multipart.h"

namespace frontis::media {

namespace {

using http::FieldName;

http::Response with_head(int status, std::shared_ptr<const http::HeaderBlock> head,
                         const Caching& caching) {
  http::Response response;
  response.status = status;
  response.head = std::move(head);
  response.max_age = caching.max_age;
  return response;
}

http::Response not_acceptable(const Asset& asset) {
  http::Response response = http::plain_response(
      406, "this file is sent as it is, or in a coding that Accept-Encoding rules out");
  http::HeaderBlock head = *response.head;
  if (const std::string_view vary = vary_of(asset); !vary.empty()) head.add("Vary", vary);
  response.head = std::make_shared<const http::HeaderBlock>(std::move(head));
  return response;
}

http::Response unsatisfiable(const Variant& variant) {
  http::Response response = http::plain_response(416);
  http::HeaderBlock head = *response.head;
  head.add("Content-Range", http::content_range_unsatisfied(variant.size()));
  response.head = std::make_shared<const http::HeaderBlock>(std::move(head));
  return response;
}

Body part_of(const Variant& variant, const http::ByteRange& range,
             std::shared_ptr<const Descriptor> file) {
  if (!variant.bytes) return FileSlice{std::move(file), range.first, range.length()};
  return SharedBytes{variant.bytes,
                     std::string_view(*variant.bytes).substr(range.first, range.length())};
}

http::Response partial(const Asset& asset, const Decision& decision,
                       std::shared_ptr<const Descriptor> file) {
  const Variant& variant = *decision.variant;
  HeadOptions options;
  options.caching = decision.caching;
  if (decision.ranges.size() == 1) {
    const http::ByteRange& range = decision.ranges.front();
    const std::string content_range = http::content_range(range, variant.size());
    options.content_range = content_range;
    auto response = with_head(206, full_head(asset, variant, options), *decision.caching);
    response.body = part_of(variant, range, std::move(file));
    return response;
  }
  auto parts = std::make_unique<Multipart>(variant.bytes, std::move(file), decision.ranges,
                                           variant.size(), asset.type);
  const std::string type = "multipart/byteranges; boundary=" + parts->boundary();
  options.type = type;
  auto response = with_head(206, full_head(asset, variant, options), *decision.caching);
  response.length = parts->length();
  response.body = std::move(parts);
  return response;
}

// Only for a dictionary that the client names and we know it by its digest: a page whose answer
// was coded with another would lose it (RFC 9842, 2.2).
const Variant* delta_for(const Asset& asset, const http::Request& request,
                         const http::CodingWeights& weights, const Variant* other,
                         std::string& scratch) {
  if (asset.deltas.empty() || weights.of(http::Coding::dcz) == 0) return nullptr;
  const auto field = request.combined(FieldName::available_dictionary, scratch);
  if (!field || !may_use_dictionary(request, asset.extra)) return nullptr;
  const auto from = parse_available_dictionary(*field);
  return from ? asset.choose_delta(weights, *from, other) : nullptr;
}

void choose_parts(const http::Request& request, const http::Validators& validators,
                  std::int64_t now, Decision& decision) {
  // Range is for GET alone (RFC 9110, 14.2).
  if (request.method != http::Method::get) return;
  const auto range = request.find(FieldName::range);
  if (!range || !http::range_applies(request, validators, now)) return;
  http::RangeChoice choice = http::choose_ranges(*range, decision.variant->size());
  if (choice.kind == http::RangeChoice::Kind::whole) return;
  decision.status = choice.kind == http::RangeChoice::Kind::partial ? 206 : 416;
  decision.ranges = std::move(choice.ranges);
}

}  // namespace

Decision decide(const Asset& asset, const http::Request& request,
                const http::CodingWeights& weights, const Caching* earned, std::int64_t now,
                std::string& scratch) {
  Decision decision;
  decision.caching = earned ? earned : &asset.caching;
  decision.variant = asset.choose(weights);
  if (const Variant* delta = delta_for(asset, request, weights, decision.variant, scratch)) {
    decision.variant = delta;
  }
  if (decision.variant == nullptr) {
    decision.status = 406;
    return decision;
  }
  const http::Validators validators{decision.variant->etag, asset.last_modified()};
  const auto condition = http::evaluate(request, validators, now);
  if (condition == http::Precondition::not_modified) decision.status = 304;
  if (condition == http::Precondition::failed) decision.status = 412;
  if (condition == http::Precondition::proceed) choose_parts(request, validators, now, decision);
  return decision;
}

http::Response respond_with(const Asset& asset, const Decision& decision,
                            std::shared_ptr<const Descriptor> file) {
  if (decision.status == 406) return not_acceptable(asset);
  const Variant& variant = *decision.variant;
  const bool own = decision.caching == &asset.caching;
  if (decision.status == 412) return http::plain_response(412);
  if (decision.status == 416) return unsatisfiable(variant);
  if (decision.status == 304) {
    return with_head(
        304, own ? variant.not_modified : not_modified_head(asset, variant, *decision.caching),
        *decision.caching);
  }
  if (decision.status == 206) return partial(asset, decision, std::move(file));
  HeadOptions options;
  options.caching = decision.caching;
  auto response =
      with_head(200, own ? variant.full : full_head(asset, variant, options), *decision.caching);
  if (variant.size() > 0) {
    response.body = part_of(variant, {0, variant.size() - 1}, std::move(file));
  }
  return response;
}

}  // namespace frontis::media
