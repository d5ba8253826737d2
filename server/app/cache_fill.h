// An answer on its way from the app that may be kept: decides when its head has come, and tells
// the cache what became of it. Held by whoever asks the app, on one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/cache_policy.h"
#include "app/cache_status.h"
#include "app/now.h"
#include "app/response_cache.h"
#include "http/message.h"
#include "upstream/answer_head.h"

namespace frontis::app {

class CacheFill {
 public:
  // `stale` may be null: what may stand in when the app fails.
  CacheFill(std::unique_ptr<ResponseCache::Fill> fill, const RequestPolicy& policy,
            ResponseCache::Answer stale, Seconds default_fresh, const Now& now)
      : fill_(std::move(fill)),
        policy_(policy),
        stale_(std::move(stale)),
        default_fresh_(default_fresh),
        asked_(now.steady) {}

  // The head has come. True when the answer is to be kept: all of it, at most largest() bytes,
  // is to be given to keep(). Otherwise it is no concern of the cache any more.
  bool wants(const upstream::AnswerHead& head, const Now& now);
  std::uint64_t largest() const { return fill_->largest(); }
  void keep(const upstream::AnswerHead& head, std::string body, const http::Request& request,
            const Now& now);
  void is_too_large(const Now& now);
  // The app failed, with a status if it said one. What may be given in its place, if anything.
  std::optional<http::Response> failed(std::optional<int> status, const Now& now);

  // How the cache has dealt with the request, for the answer's Cache-Status.
  const CacheStatus& status() const { return status_; }

 private:
  std::unique_ptr<ResponseCache::Fill> fill_;
  const RequestPolicy policy_;
  const ResponseCache::Answer stale_;
  const Seconds default_fresh_;
  const Seconds asked_;  // Now::steady
  Lifetime lifetime_;
  CacheStatus status_{.forward = CacheStatus::Forward::miss};
};

}  // namespace frontis::app
