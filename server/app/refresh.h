// Answers that are fetched behind the client's back, because it was given a stale one
// (stale-while-revalidate, RFC 5861). Each AppHandler owns those of its route and loop.
#pragma once

#include <memory>
#include <vector>

#include "app/cache_fill.h"
#include "app/handler.h"
#include "http/exchange.h"

namespace frontis::app {

class Refreshes {
 public:
  // `route` outlives this, and has a pool.
  explicit Refreshes(const Route& route);
  ~Refreshes();

  // Asks the app what `exchange` asks it. `stale`: what was given meanwhile.
  void begin(http::Exchange& exchange, const RequestPolicy& policy,
             std::unique_ptr<ResponseCache::Fill> fill, ResponseCache::Answer stale);

 private:
  class Refresh;

  void ended(Refresh& refresh);

  const Route& route_;
  std::vector<std::unique_ptr<Refresh>> under_way_;
};

}  // namespace frontis::app
