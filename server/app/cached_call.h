// One request to a route with `cache_responses`: answered from the cache, or by waiting for what
// somebody else is fetching, or by the app. Held by the exchange, as the ProxiedCall is that it
// may become.
#pragma once

#include <memory>
#include <string>

#include "app/cache_policy.h"
#include "app/cache_status.h"
#include "app/handler.h"
#include "app/proxied_call.h"
#include "app/refresh.h"
#include "app/response_cache.h"
#include "http/exchange.h"

namespace frontis::app {

class CachedCall final : public http::Call {
 public:
  // All outlive this. `route` has a cache and a pool.
  CachedCall(const Route& route, Refreshes& refreshes, http::Exchange& exchange);
  ~CachedCall() override;

  void begin();
  bool ends_with_client() const override { return true; }

 private:
  void give(const ResponseCache::Answer& answer, CacheStatus status);
  void wait_in_line(ResponseCache::Found found);
  void turned(ResponseCache::Turn turn);
  void fetch(std::unique_ptr<ResponseCache::Fill> fill, ResponseCache::Answer stale);
  void pass();

  const Route& route_;
  Refreshes& refreshes_;
  http::Exchange& exchange_;
  const RequestPolicy policy_;
  ResponseCache::Answer stale_;
  std::unique_ptr<ResponseCache::Waiting> waiting_;
  std::unique_ptr<ProxiedCall> proxied_;
  std::shared_ptr<CachedCall*>
      self_;  // who brings an answer later looks whether we are still there
};

}  // namespace frontis::app
