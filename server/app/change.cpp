#include "app/change.h"

#include "app/cache_key.h"
#include "app/cache_policy.h"

namespace frontis::app {

Change::~Change() { may_have_happened(); }

void Change::may_have_happened() {
  if (!is_settled_) cache_.invalidate(key_);
}

void Change::answered(const upstream::AnswerHead& head) {
  is_settled_ = true;
  if (!has_worked(head.status)) return;
  cache_.invalidate(key_);
  for (const std::string_view name : {"Location", "Content-Location"}) {
    const auto place = head.fields->find(name);
    const auto other = place ? key_beside(key_, *place) : std::nullopt;
    if (other) cache_.invalidate(*other);
  }
}

}  // namespace frontis::app
