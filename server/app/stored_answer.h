// An answer of the app as the cache keeps it: whole, never changed, shared by all who are giving
// it to a client at the moment.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/cache_policy.h"
#include "http/conditional.h"
#include "http/headers.h"
#include "http/message.h"

namespace frontis::app {

struct StoredAnswer {
  int status = 200;
  std::shared_ptr<const http::HeaderBlock> fields;  // as the app sent them
  std::string body;
  Seconds stored_at = 0;        // by a clock that only runs on, as is `now` below: Now::steady
  Seconds age_when_stored = 0;  // initial_age()
  Lifetime lifetime;
  std::vector<std::string> vary;  // vary_names(), and what the request that was answered had
  std::string secondary_key;

  Seconds age(Seconds now) const {
    return age_when_stored + (now > stored_at ? now - stored_at : 0);
  }
  Seconds ttl(Seconds now) const { return lifetime.fresh - age(now); }
  // What it costs to keep it, with what stands around it.
  std::size_t bytes() const;
};

// Whether the app would have answered this request with it: the fields by which it varies are the
// same, and it is not for one client alone.
[[nodiscard]] bool answers(const StoredAnswer& answer, const http::Request& request,
                           const RequestPolicy& policy);

// For If-None-Match and If-Modified-Since, at Now::wall. The views are the answer's.
[[nodiscard]] http::Validators validators_of(const StoredAnswer& answer, Seconds now);

// The answer for a client, with Age (RFC 9111, 5.1) and Cache-Status (RFC 9211) behind what the
// app and its caches have said there. Its body shares the bytes of `answer`.
[[nodiscard]] http::Response response_of(const std::shared_ptr<const StoredAnswer>& answer,
                                         Seconds now, std::string_view cache_status);

}  // namespace frontis::app
