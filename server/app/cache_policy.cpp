#include "app/cache_policy.h"

#include <algorithm>
#include <array>

#include "app/cache_key.h"
#include "base/text.h"
#include "http/date.h"
#include "http/list.h"

namespace frontis::app {

namespace {

// Every value of a request's field.
std::string all_values(const http::Request& request, std::string_view name) {
  std::string out;
  for (const http::Request::Field& field : request.fields()) {
    if (!equal_ignoring_case(request.name(field), name)) continue;
    if (!out.empty()) out.append(", ");
    out.append(request.value(field));
  }
  return out;
}

CacheControl control_of(const http::Request& request) {
  if (request.find("Cache-Control"))
    return parse_cache_control(all_values(request, "Cache-Control"));
  // What HTTP/1.0 had in its place (RFC 9111, 5.4).
  CacheControl control;
  control.no_cache = parse_cache_control(all_values(request, "Pragma")).no_cache;
  return control;
}

bool has_any(const http::Request& request, std::initializer_list<http::FieldName> names) {
  return std::any_of(names.begin(), names.end(),
                     [&request](http::FieldName name) { return request.find(name).has_value(); });
}

// Connection may list any field, and the app does not get it (RFC 9110, 7.6.1).
bool keeps_fields_from_the_app(const http::Request& request) {
  constexpr std::array<std::string_view, 5> usual{"close", "keep-alive", "te", "upgrade",
                                                  "http2-settings"};
  std::string scratch;
  const auto options = request.combined(http::FieldName::connection, scratch);
  std::string_view rest = options.value_or("");
  while (!rest.empty()) {
    const std::string_view name = trim(http::take_until(',', rest));
    const bool is_usual = std::any_of(usual.begin(), usual.end(), [name](std::string_view each) {
      return equal_ignoring_case(each, name);
    });
    if (!name.empty() && !is_usual) return true;
  }
  return false;
}

// If-Match and If-Unmodified-Since are for who has the current answer (RFC 9111, 4.3.2).
bool goes_past(const http::Request& request, const CacheControl& control) {
  using enum http::FieldName;
  const bool is_read = request.method == http::Method::get || request.method == http::Method::head;
  return !is_read || request.has_body() || control.no_store ||
         has_any(request, {range, upgrade, if_match, if_unmodified_since}) ||
         keeps_fields_from_the_app(request);
}

// The condition names an answer that this client has; others may have none.
bool has_condition(const http::Request& request) {
  return has_any(request, {http::FieldName::if_none_match, http::FieldName::if_modified_since});
}

// RFC 9110, 15.1, without 206, which is no whole answer.
bool is_heuristically_cacheable(int status) {
  constexpr std::array kept{200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501};
  return std::find(kept.begin(), kept.end(), status) != kept.end();
}

// RFC 9111, 3; must-understand asks for what we know the meaning of (5.2.2.3).
bool can_be_kept(int status, const CacheControl& control) {
  if (control.must_understand && !is_heuristically_cacheable(status)) return false;
  return status >= 200 && status != 206 && status != 304;
}

bool varies_by_everything(const http::HeaderBlock& fields) {
  return combined(fields, "Vary").find('*') != std::string::npos;
}

bool varies_by_client(const http::HeaderBlock& fields) {
  const std::vector<std::string> names = vary_names(fields);
  return std::any_of(names.begin(), names.end(), names_the_client);
}

// What the answer itself says of how long it is fresh.
std::optional<Seconds> stated_lifetime(const http::HeaderBlock& fields, const CacheControl& control,
                                       Seconds now) {
  if (control.s_maxage) return control.s_maxage;
  if (control.max_age) return control.max_age;
  const auto expires = fields.find("Expires");
  if (!expires) return std::nullopt;
  // What is no date, "0" above all, means the past (RFC 9111, 5.3).
  const auto until = http::parse_date(*expires, now);
  const auto date = http::parse_date(fields.find("Date").value_or(""), now);
  if (!until) return 0;
  return std::clamp<Seconds>(*until - date.value_or(now), 0, longest_time);
}

// Of a list the first counts (RFC 9111, 5.1), and what is too large for us is as old as can be.
Seconds told_age(const http::HeaderBlock& fields) {
  const std::string_view field = fields.find("Age").value_or("");
  const std::string_view digits = trim(field.substr(0, field.find(',')));
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return 0;
  const auto longest = static_cast<std::uint64_t>(longest_time);
  return static_cast<Seconds>(std::min(parse_decimal(digits).value_or(longest), longest));
}

Lifetime lifetime_of(const CacheControl& control, std::optional<Seconds> stated,
                     Seconds default_fresh) {
  Lifetime lifetime;
  lifetime.fresh = stated.value_or(default_fresh);
  lifetime.for_everybody = stated.has_value() || control.is_public;
  // s-maxage implies proxy-revalidate; but who writes one of the two extensions beside it, as is
  // usual, means them.
  lifetime.never_stale = control.must_revalidate || control.s_maxage;
  if (control.must_revalidate) return lifetime;
  lifetime.stale_while_revalidate = control.stale_while_revalidate.value_or(0);
  lifetime.stale_if_error = control.stale_if_error.value_or(0);
  return lifetime;
}

bool is_for_one_client(const Lifetime& lifetime, const RequestPolicy& request) {
  return !lifetime.for_everybody && (request.has_cookie || request.has_authorization);
}

Refusal refusal_of(const RequestPolicy& request, int status, const http::HeaderBlock& fields,
                   const CacheControl& control, const std::optional<Seconds>& stated,
                   const Lifetime& lifetime) {
  if (!request.may_fill) return Refusal::request;
  if (control.no_store || control.is_private || control.no_cache) return Refusal::no_store;
  const bool is_allowed_by_itself = stated || control.is_public;
  if (!can_be_kept(status, control) ||
      (!is_allowed_by_itself && !is_heuristically_cacheable(status))) {
    return Refusal::status;
  }
  if (fields.find("Set-Cookie")) return Refusal::set_cookie;
  if (varies_by_everything(fields)) return Refusal::vary_star;
  if (varies_by_client(fields)) return Refusal::vary_client;
  const bool allows_authorization =
      control.is_public || control.s_maxage || control.must_revalidate;
  if (request.has_authorization && !allows_authorization) return Refusal::authorization;
  if (is_for_one_client(lifetime, request)) {
    return request.has_cookie ? Refusal::cookie : Refusal::authorization;
  }
  if (lifetime.fresh + lifetime.stale_while_revalidate + lifetime.stale_if_error <= 0) {
    return Refusal::no_lifetime;
  }
  return Refusal::none;
}

}  // namespace

std::string combined(const http::HeaderBlock& fields, std::string_view name) {
  std::string out;
  fields.for_each([&](std::string_view field, std::string_view value) {
    if (!equal_ignoring_case(field, name)) return;
    if (!out.empty()) out.append(", ");
    out.append(value);
  });
  return out;
}

RequestPolicy policy_of(const http::Request& request) {
  const CacheControl control = control_of(request);
  RequestPolicy policy;
  policy.only_if_cached = control.only_if_cached;
  policy.has_authorization = request.find("Authorization").has_value();
  policy.has_cookie = request.find("Cookie").has_value();
  if (goes_past(request, control)) return policy;
  policy.may_use = !control.no_cache;
  policy.may_wait = true;
  policy.may_fill = request.method == http::Method::get && !has_condition(request);
  policy.max_age = control.max_age;
  policy.min_fresh = control.min_fresh;
  policy.max_stale = control.max_stale;
  policy.stale_if_error = control.stale_if_error;
  return policy;
}

std::string_view name_of(Refusal refusal) {
  constexpr std::array<std::string_view, 10> names{
      "none",      "request",     "status",        "no-store", "set-cookie",
      "vary-star", "vary-client", "authorization", "cookie",   "no-lifetime"};
  return names[static_cast<std::size_t>(refusal)];
}

Verdict judge(const RequestPolicy& request, int status, const http::HeaderBlock& fields,
              Seconds default_fresh, Seconds now) {
  const CacheControl control = parse_cache_control(combined(fields, "Cache-Control"));
  const std::optional<Seconds> stated = stated_lifetime(fields, control, now);
  Verdict verdict;
  verdict.lifetime = lifetime_of(control, stated, default_fresh);
  verdict.refusal = refusal_of(request, status, fields, control, stated, verdict.lifetime);
  return verdict;
}

Seconds initial_age(const http::HeaderBlock& fields, Seconds delay, Seconds now) {
  const auto date = http::parse_date(fields.find("Date").value_or(""), now);
  const Seconds apparent = std::max<Seconds>(0, now - date.value_or(now));
  const Seconds corrected = told_age(fields) + delay;
  return std::clamp<Seconds>(std::max(apparent, corrected), 0, longest_time);
}

Use use_of(const Lifetime& lifetime, Seconds age, const RequestPolicy& request) {
  if (!request.may_use || is_for_one_client(lifetime, request)) return Use::no;
  if (request.max_age && age > *request.max_age) return Use::no;
  const Seconds left = lifetime.fresh - age;
  // At the very second at which its time is over it is stale (RFC 9111, 4.2).
  if (left > 0) return left >= request.min_fresh.value_or(0) ? Use::fresh : Use::no;
  if (request.min_fresh) return Use::no;
  if (-left < lifetime.stale_while_revalidate) return Use::revalidating;
  if (request.max_stale && !lifetime.never_stale && -left <= *request.max_stale) {
    return Use::revalidating;
  }
  return Use::no;
}

bool may_be_shared_out(const Lifetime& lifetime, Seconds age) {
  return age < lifetime.fresh + lifetime.stale_while_revalidate;
}

bool may_stand_in(const Lifetime& lifetime, Seconds age, const RequestPolicy& request) {
  if (!request.may_use || is_for_one_client(lifetime, request)) return false;
  const Seconds stale_for = std::max<Seconds>(0, age - lifetime.fresh);
  if (stale_for == 0 || stale_for < lifetime.stale_if_error) return true;
  return request.stale_if_error && !lifetime.never_stale && stale_for < *request.stale_if_error;
}

}  // namespace frontis::app
