#include "app/stored_answer.h"

#include <algorithm>

#include "app/cache_key.h"
#include "base/text.h"
#include "http/date.h"

namespace frontis::app {

std::size_t StoredAnswer::bytes() const {
  constexpr std::size_t around = 512;  // pointers, the places in the lists, the allocator's own
  return around + body.capacity() + (fields ? fields->text().size() : 0) + secondary_key.size();
}

bool answers(const StoredAnswer& answer, const http::Request& request,
             const RequestPolicy& policy) {
  const bool is_personal = policy.has_cookie || policy.has_authorization;
  if (is_personal && !answer.lifetime.for_everybody) return false;
  return secondary_key(answer.vary, request) == answer.secondary_key;
}

http::Validators validators_of(const StoredAnswer& answer, Seconds now) {
  http::Validators validators;
  if (!answer.fields) return validators;
  validators.etag = answer.fields->find("ETag").value_or("");
  const auto modified = answer.fields->find("Last-Modified");
  validators.last_modified = http::parse_date(modified.value_or(""), now).value_or(0);
  return validators;
}

http::Response response_of(const std::shared_ptr<const StoredAnswer>& answer, Seconds now,
                           std::string_view cache_status) {
  auto head = std::make_shared<http::HeaderBlock>();
  if (answer->fields) {
    answer->fields->for_each([&head](std::string_view name, std::string_view value) {
      if (!equal_ignoring_case(name, "Age")) head->add(name, value);
    });
  }
  head->add("Age", std::to_string(std::max<Seconds>(0, answer->age(now))));
  head->add("Cache-Status", cache_status);
  http::Response response;
  response.status = answer->status;
  response.head = std::move(head);
  if (!answer->body.empty()) response.body = SharedBytes{answer, answer->body};
  return response;
}

}  // namespace frontis::app
