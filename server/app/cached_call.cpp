#include "app/cached_call.h"

#include <utility>

#include "app/answer.h"
#include "app/cache_key.h"
#include "app/now.h"
#include "app/request_head.h"
#include "base/clock.h"
#include "http/conditional.h"

namespace frontis::app {

namespace {

using Found = ResponseCache::Found;
using Turn = ResponseCache::Turn;

constexpr int gateway_timeout = 504;  // RFC 9111, 5.2.1.7

// Conditions are for what would be a success without them (RFC 9110, 13.2.1).
bool is_with_client(const StoredAnswer& answer, const http::Request& request, Seconds now) {
  if (answer.status < 200 || answer.status > 299) return false;
  const auto found = http::evaluate(request, validators_of(answer, now), now);
  return found == http::Precondition::not_modified;
}

}  // namespace

CachedCall::CachedCall(const Route& route, Refreshes& refreshes, http::Exchange& exchange)
    : route_(route),
      refreshes_(refreshes),
      exchange_(exchange),
      policy_(policy_of(exchange.request())),
      self_(std::make_shared<CachedCall*>(this)) {}

CachedCall::~CachedCall() = default;

void CachedCall::begin() {
  // On any thread: the turn comes to our loop, if we are still there; otherwise it passes on.
  const auto woken = [loop = &route_.pool->loop(),
                      self = std::weak_ptr<CachedCall*>(self_)](Turn turn) {
    const auto brought = std::make_shared<Turn>(std::move(turn));
    loop->post([self, brought] {
      if (const auto call = self.lock()) (*call)->turned(std::move(*brought));
    });
  };
  Found found = route_.cache->look_up(key_of(exchange_), exchange_.request(), policy_,
                                      steady_seconds(), woken);
  if (found.kind == Found::Kind::fresh) return give(found.answer, {});
  if (found.kind == Found::Kind::stale) {
    if (found.fill) refreshes_.begin(exchange_, policy_, std::move(found.fill), found.answer);
    return give(found.answer, {});
  }
  if (policy_.only_if_cached) return exchange_.respond(http::plain_response(gateway_timeout));
  if (found.kind == Found::Kind::fetch) return fetch(std::move(found.fill), found.answer);
  if (found.kind == Found::Kind::wait) return wait_in_line(std::move(found));
  pass();
}

void CachedCall::wait_in_line(Found found) {
  stale_ = std::move(found.answer);
  waiting_ = std::move(found.waiting);
}

void CachedCall::turned(Turn turn) {
  waiting_.reset();
  const Seconds now = steady_seconds();
  switch (turn.kind) {
    case Turn::Kind::stored:
      if (!answers(*turn.answer, exchange_.request(), policy_)) return pass();
      if (!may_be_shared_out(turn.answer->lifetime, turn.answer->age(now))) return pass();
      return give(turn.answer, {.forward = CacheStatus::Forward::miss, .collapsed = true});
    case Turn::Kind::yours: return fetch(std::move(turn.fill), stale_);
    case Turn::Kind::failed:
      if (stale_ && may_stand_in(stale_->lifetime, stale_->age(now), policy_)) {
        return give(stale_, {.forward = CacheStatus::Forward::stale, .collapsed = true});
      }
      return pass();
    case Turn::Kind::refused: return pass();
  }
}

void CachedCall::give(const ResponseCache::Answer& answer, CacheStatus status) {
  exchange_.notes.app = &route_.app.name;
  exchange_.notes.is_cached = true;
  const Now now = Now::read();
  if (status.forward == CacheStatus::Forward::none) status.ttl = answer->ttl(now.steady);
  const http::Request& request = exchange_.request();
  http::Response response =
      dressed(response_of(answer, now.steady, text_of(status)), route_.action, request);
  if (is_with_client(*answer, request, now.wall)) response = not_modified(std::move(response));
  exchange_.respond(std::move(response));
}

void CachedCall::fetch(std::unique_ptr<ResponseCache::Fill> fill, ResponseCache::Answer stale) {
  const Seconds fresh = route_.action.cache_responses.count();
  proxied_ = std::make_unique<ProxiedCall>(
      route_, exchange_,
      std::make_unique<CacheFill>(std::move(fill), policy_, std::move(stale), fresh, Now::read()));
  proxied_->begin();
}

void CachedCall::pass() {
  proxied_ = std::make_unique<ProxiedCall>(route_, exchange_);
  proxied_->begin();
}

}  // namespace frontis::app
