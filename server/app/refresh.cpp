#include "app/refresh.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "app/answer.h"
#include "app/now.h"
#include "app/request_head.h"
#include "http/request_copy.h"
#include "upstream/call.h"

namespace frontis::app {

class Refreshes::Refresh final : public upstream::Call::Owner {
 public:
  Refresh(Refreshes& all, const http::Request& request, CacheFill fill,
          upstream::Call::Request asked)
      : all_(all),
        request_(request),
        fill_(std::move(fill)),
        call_(std::make_unique<upstream::Call>(*all.route_.pool, *this, std::move(asked))) {}
  ~Refresh() override { upstream::Call::leave(std::move(call_)); }

  void begin() { call_->begin(); }

 private:
  void informed(const upstream::AnswerHead&) override {}
  void answered() override {
    if (is_error(call_->head().status)) return end_with(call_->head().status);
    if (!fill_.wants(call_->head(), Now::read())) return all_.ended(*this);
    progressed();
  }
  void progressed() override {
    std::array<char, copy_size> room;
    while (true) {
      const Source::Pull got = call_->pull(room);
      if (got.state == Source::State::pending) return;
      if (got.state == Source::State::failed) return failed(call_->failure());
      if (got.state == Source::State::end) break;
      body_.append(room.data(), got.bytes);
      if (body_.size() <= fill_.largest()) continue;
      fill_.is_too_large(Now::read());
      return all_.ended(*this);
    }
    fill_.keep(call_->head(), std::move(body_), request_.request(), Now::read());
    all_.ended(*this);
  }
  void failed(const upstream::Failure& failure) override {
    const Route& route = all_.route_;
    route.pool->log().once_a_minute(
        "app " + route.app.name + " refresh", Log::Level::error,
        about(call_->id(), describe_failure(route.app, request_.request(), failure)));
    end_with(std::nullopt);
  }

  void end_with(std::optional<int> status) {
    [[maybe_unused]] const auto nobody_waits = fill_.failed(status, Now::read());
    all_.ended(*this);
  }

  Refreshes& all_;
  http::RequestCopy request_;
  CacheFill fill_;
  std::string body_;
  std::unique_ptr<upstream::Call> call_;
};

Refreshes::Refreshes(const Route& route) : route_(route) {}
Refreshes::~Refreshes() = default;

void Refreshes::begin(http::Exchange& exchange, const RequestPolicy& policy,
                      std::unique_ptr<ResponseCache::Fill> fill, ResponseCache::Answer stale) {
  // The answer to HEAD is not whole; the next GET will fetch it.
  if (exchange.request().method != http::Method::get) return;
  auto head = request_head(route_, exchange, 0, false);
  if (!head) return;
  upstream::Call::Request asked;
  asked.head = std::move(*head);
  asked.id = exchange.request_id();
  asked.idempotent = true;
  const Seconds fresh = route_.action.cache_responses.count();
  under_way_.push_back(std::make_unique<Refresh>(
      *this, exchange.request(),
      CacheFill(std::move(fill), policy, std::move(stale), fresh, Now::read()), std::move(asked)));
  under_way_.back()->begin();
  exchange.notes.is_refreshed = true;
}

void Refreshes::ended(Refresh& refresh) {
  const auto found = std::find_if(under_way_.begin(), under_way_.end(),
                                  [&](const auto& one) { return one.get() == &refresh; });
  route_.pool->loop().retire(std::move(*found));
  under_way_.erase(found);
}

}  // namespace frontis::app
