// What RFC 9111 allows a shared cache: which requests may be answered from it, which answers may
// be kept, how long they are fresh, and what may be done with them afterwards (RFC 5861). Plain
// functions from values to values, for ResponseCache and for the handler that asks the app.
// Times come from the caller, and dates are compared with wall seconds since 1970.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "app/cache_control.h"
#include "http/headers.h"
#include "http/message.h"

namespace frontis::app {

// All values of a field of an answer, with ", " between; empty when there is none.
[[nodiscard]] std::string combined(const http::HeaderBlock& fields, std::string_view name);

// What a request allows. By default, nothing.
struct RequestPolicy {
  bool may_use = false;         // it may be answered from the cache
  bool may_fill = false;        // its answer may be kept, where that allows it
  bool may_wait = false;        // the answer to somebody else's request that is under way will do
  bool only_if_cached = false;  // rather 504 than ask the app (RFC 9111, 5.2.1.7)
  bool has_authorization = false;  // the answer may be for this client alone, ...
  bool has_cookie = false;         // ... and so may this
  // A request that may wait but not use (no-cache) wants an answer that is new.
  std::optional<Seconds> max_age, min_fresh, max_stale, stale_if_error;
};

// GET and HEAD without a body, Range, Upgrade or If-Match may use the cache; of these, GET without
// a condition may fill it (the answer to others would not be whole). no-store goes past it, and so
// does what has fields of its connection only: the app does not get those by which it may vary.
[[nodiscard]] RequestPolicy policy_of(const http::Request& request);

// How long an answer is good for, and for whom.
struct Lifetime {
  Seconds fresh = 0;                   // from its origin on
  Seconds stale_while_revalidate = 0;  // behind that: may be given while a new one is fetched
  Seconds stale_if_error = 0;          // behind `fresh`: may be given when there is no other
  bool never_stale = false;            // beyond what the two above say, not even to who takes stale
  bool for_everybody = false;  // it said so itself: also for requests with Cookie or Authorization
};

enum class Refusal : std::uint8_t {
  none,           // it may be kept
  request,        // the request's answer may not be kept, whatever it is
  status,         // of a kind that is not kept, or only if the answer says how long
  no_store,       // no-store, private or no-cache
  set_cookie,     // meant for one client
  vary_star,      // Vary: *
  vary_client,    // by who asks, as the app is told: names_the_client()
  authorization,  // asked with Authorization, and nothing allows it (RFC 9111, 3.5)
  cookie,         // asked with Cookie, and it does not say that it is for everybody
  no_lifetime,    // stale from the beginning
};
// A short word for the log and Cache-Status.
[[nodiscard]] std::string_view name_of(Refusal refusal);

struct Verdict {
  Refusal refusal = Refusal::request;
  Lifetime lifetime;  // when it may be kept
};

// May the answer be kept? `default_fresh`: the route's `cache_responses`, for answers that say
// nothing of how long they are fresh.
[[nodiscard]] Verdict judge(const RequestPolicy& request, int status,
                            const http::HeaderBlock& fields, Seconds default_fresh, Seconds now);

// How old the answer was when it came (RFC 9111, 4.2.3), at `now`, `delay` after it was asked for.
[[nodiscard]] Seconds initial_age(const http::HeaderBlock& fields, Seconds delay, Seconds now);

enum class Use : std::uint8_t {
  fresh,         // give it
  revalidating,  // give it, and fetch a new one meanwhile
  no,            // the app has to be asked
};
// May a kept answer of this age be given to this request?
[[nodiscard]] Use use_of(const Lifetime& lifetime, Seconds age, const RequestPolicy& request);
// And to one who has waited for it (RFC 9111, 4)? Unless it was stale from the beginning.
[[nodiscard]] bool may_be_shared_out(const Lifetime& lifetime, Seconds age);
// And when the app has failed: could not be reached, or 500, 502, 503, 504 (RFC 5861, 4)?
[[nodiscard]] bool may_stand_in(const Lifetime& lifetime, Seconds age,
                                const RequestPolicy& request);
[[nodiscard]] constexpr bool is_error(int status) {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

// Whether the request may change what is kept for its target (RFC 9111, 4.4), ...
[[nodiscard]] constexpr bool may_change(http::Method method) {
  using enum http::Method;
  const bool is_safe = method == get || method == head || method == options || method == trace;
  return !is_safe && method != connect;
}
// ... and whether it has, as the answer says.
[[nodiscard]] constexpr bool has_worked(int status) { return status >= 200 && status < 400; }

}  // namespace frontis::app
