// What a handler does that wants the body of a request, as the proxy does: takes it, pulls it
// until its end, and then answers with it. Held by its exchange.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "served.h"

namespace frontis::http {

// What a test sees of a body, also after its taker is gone.
struct Taken {
  std::string content;
  std::size_t refused = 0;  // pulls that were pending
  bool has_ended = false;
  bool has_failed = false;
  Error fault{ErrorKind::io, ""};
  bool is_held = false;
};

class Taker final : public Call {
 public:
  using Then = std::function<void(Exchange&, const Taken&)>;

  // `most`: bytes that are pulled at once. `enough`: where the body is let go of.
  struct Way {
    std::size_t most = 16 * 1024;
    std::size_t enough = SIZE_MAX;
    Then then = [](Exchange& exchange, const Taken& taken) {
      if (!taken.has_failed) return exchange.respond(response_of(text_body(taken.content)));
      exchange.respond(plain_response(status_of(taken.fault.kind), taken.fault.message));
    };
  };

  Taker(Exchange& exchange, std::shared_ptr<Taken> taken, Way way)
      : exchange_(exchange), taken_(std::move(taken)), way_(std::move(way)) {
    taken_->is_held = true;
    body_ = exchange_.take_body();
  }
  ~Taker() override { taken_->is_held = false; }
  bool ends_with_client() const override { return true; }

  void pull() {
    if (!body_) return way_.then(exchange_, *taken_);
    std::array<char, 16 * 1024> room;
    while (taken_->content.size() < way_.enough) {
      const Source::Pull got = body_->pull(std::span(room).first(way_.most));
      switch (got.state) {
        case Source::State::data: taken_->content.append(room.data(), got.bytes); continue;
        case Source::State::pending:
          ++taken_->refused;
          return body_->when_ready([this] { pull(); });
        case Source::State::end: taken_->has_ended = true; break;
        case Source::State::failed:
          taken_->has_failed = true;
          taken_->fault = body_->fault();
          break;
      }
      break;
    }
    body_.reset();
    way_.then(exchange_, *taken_);
  }

 private:
  Exchange& exchange_;
  std::shared_ptr<Taken> taken_;
  Way way_;
  std::unique_ptr<RequestBody> body_;
};

// Has `path` take its bodies; what it takes last is in the result.
inline std::shared_ptr<std::shared_ptr<Taken>> take_at(Served& served, const std::string& path,
                                                       const Taker::Way& way = {}) {
  auto last = std::make_shared<std::shared_ptr<Taken>>(std::make_shared<Taken>());
  served.handler.answers[path] = [last, way](Exchange& exchange) {
    *last = std::make_shared<Taken>();
    auto taker = std::make_unique<Taker>(exchange, *last, way);
    Taker& begun = *taker;
    exchange.hold(std::move(taker));
    begun.pull();
  };
  return last;
}

}  // namespace frontis::http
