// What an unsafe request may change at the app: when it has, or when nobody knows whether it has,
// what is kept for its target is forgotten (RFC 9111, 4.4). Held by whoever asks the app, and by
// upstream::Call for as long as the app may be at work on it.
#pragma once

#include <memory>
#include <string>

#include "app/response_cache.h"
#include "upstream/answer_head.h"

namespace frontis::app {

class Change {
 public:
  // `key` is the key_of() its request; the cache outlives this.
  Change(ResponseCache& cache, std::string key) : cache_(cache), key_(std::move(key)) {}
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;
  // Nobody has learned what became of it: it may have happened just now.
  ~Change();

  // It may have happened, and may do so later.
  void may_have_happened();
  // The app has answered, and so said whether it happened.
  void answered(const upstream::AnswerHead& head);

 private:
  ResponseCache& cache_;
  const std::string key_;
  bool is_settled_ = false;
};

}  // namespace frontis::app
