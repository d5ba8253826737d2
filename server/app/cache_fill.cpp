#include "app/cache_fill.h"

#include <utility>

#include "app/stored_answer.h"

namespace frontis::app {

namespace {

// Expires and age are by the app's clock, whose Date is not sent on.
http::HeaderBlock dated(const upstream::AnswerHead& head) {
  http::HeaderBlock fields = *head.fields;
  if (!head.date.empty()) fields.add("Date", head.date);
  return fields;
}

}  // namespace

bool CacheFill::wants(const upstream::AnswerHead& head, const Now& now) {
  const Verdict verdict = judge(policy_, head.status, dated(head), default_fresh_, now.wall);
  // Whom the app lets have a file, it decides each time.
  const bool is_for_a_file = !head.accel_redirect.empty() || !head.sendfile.empty();
  const bool is_small = head.content_length.value_or(0) <= fill_->largest();
  if (verdict.refusal == Refusal::none && is_small && !is_for_a_file) {
    lifetime_ = verdict.lifetime;
    return true;
  }
  status_.detail = is_small ? name_of(verdict.refusal) : "too-large";
  fill_->refuse(now.steady);
  return false;
}

void CacheFill::keep(const upstream::AnswerHead& head, std::string body,
                     const http::Request& request, const Now& now) {
  StoredAnswer answer;
  answer.status = head.status;
  answer.fields = head.fields;
  answer.body = std::move(body);
  answer.stored_at = now.steady;
  answer.age_when_stored = initial_age(dated(head), now.steady - asked_, now.wall);
  answer.lifetime = lifetime_;
  status_.stored = true;
  fill_->store(std::move(answer), request);
}

void CacheFill::is_too_large(const Now& now) {
  status_.detail = "too-large";
  fill_->refuse(now.steady);
}

std::optional<http::Response> CacheFill::failed(std::optional<int> status, const Now& now) {
  if (!fill_->fail() || !stale_ ||
      !may_stand_in(stale_->lifetime, stale_->age(now.steady), policy_))
    return std::nullopt;
  CacheStatus given{.forward = CacheStatus::Forward::stale, .ttl = stale_->ttl(now.steady)};
  given.forward_status = status;
  return response_of(stale_, now.steady, text_of(given));
}

}  // namespace frontis::app
