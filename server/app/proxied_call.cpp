#include "app/proxied_call.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/answer.h"
#include "app/now.h"
#include "app/request_head.h"

namespace frontis::app {

namespace {

constexpr std::string_view retry_seconds = "2";

http::Response failure_response(const upstream::Failure& failure) {
  http::Response response = http::plain_response(failure.status);
  if (failure.status != 503) return response;
  http::HeaderBlock head = *response.head;
  head.add("Retry-After", retry_seconds);
  response.head = std::make_shared<const http::HeaderBlock>(std::move(head));
  return response;
}

}  // namespace

// The answer as the session pulls it. Ends with its exchange, as the call does.
class ProxiedCall::AnswerSource final : public Source {
 public:
  explicit AnswerSource(ProxiedCall& call) : call_(call) {}
  Pull pull(std::span<char> into) override {
    const Pull got = call_.call_->pull(into);
    if (got.state == State::failed) call_.was_cut();
    return got;
  }
  void when_ready(std::function<void()> wake) override { call_.wake_ = std::move(wake); }

 private:
  ProxiedCall& call_;
};

// What was collected of an answer, and then the rest of it.
class ProxiedCall::CollectedSource final : public Source {
 public:
  CollectedSource(std::string begin, std::unique_ptr<Source> rest)
      : begin_(std::move(begin)), rest_(std::move(rest)) {}
  Pull pull(std::span<char> into) override {
    if (given_ == begin_.size()) return rest_->pull(into);
    const std::size_t length = begin_.copy(into.data(), into.size(), given_);
    given_ += length;
    return {State::data, length};
  }
  void when_ready(std::function<void()> wake) override { rest_->when_ready(std::move(wake)); }

 private:
  const std::string begin_;
  std::size_t given_ = 0;
  std::unique_ptr<Source> rest_;
};

ProxiedCall::ProxiedCall(const Route& route, http::Exchange& exchange,
                         std::unique_ptr<CacheFill> fill)
    : route_(route), exchange_(exchange), fill_(std::move(fill)) {}

ProxiedCall::~ProxiedCall() {
  if (!call_) return;
  if (change_) change_->may_have_happened();
  upstream::Call::leave(std::move(call_));
}

void ProxiedCall::begin() {
  const http::Request& request = exchange_.request();
  is_upgrade_ = route_.app.protocol == config::Protocol::http && asks_for_websocket(request);
  if (request.has_body() || is_upgrade_) body_ = exchange_.take_body();
  // CGI has no way to say that a body ends somewhere (RFC 3875, 4.1.2).
  const bool needs_length = request.chunked && route_.app.protocol != config::Protocol::http;
  if (!body_ || is_upgrade_ || (route_.action.stream && !needs_length)) return ask();
  spool_ = std::make_unique<upstream::Spool>(route_.pool->buffers(), UINT64_MAX / 2);
  take_body();
}

// All of it, before anybody works on it.
void ProxiedCall::take_body() {
  std::array<char, copy_size> room;
  while (true) {
    const Source::Pull got = body_->pull(room);
    switch (got.state) {
      case Source::State::data: break;
      case Source::State::pending: return body_->when_ready([this] { take_body(); });
      case Source::State::failed: return body_failed(body_->fault());
      case Source::State::end: body_.reset(); return ask();
    }
    if (auto kept = spool_->append({room.data(), got.bytes}); !kept) {
      route_.pool->log().once_a_minute("spool", Log::Level::error,
                                       about(exchange_.request_id(), kept.error().message));
      return body_failed(kept.error());
    }
  }
}

void ProxiedCall::body_failed(const Error& fault) {
  const int status = http::status_of(fault.kind);
  exchange_.respond(http::plain_response(status, status < 500 ? fault.message : ""));
}

void ProxiedCall::ask() {
  const http::Request& request = exchange_.request();
  std::optional<std::uint64_t> length = 0;
  if (spool_) length = spool_->size();
  if (body_ && !is_upgrade_) {
    length = request.chunked ? std::nullopt : std::optional(request.content_length);
  }
  auto head = request_head(route_, exchange_, length, is_upgrade_);
  if (!head) return body_failed(head.error());
  upstream::Call::Request asked;
  asked.head = std::move(*head);
  asked.id = exchange_.request_id();
  asked.counted = length.has_value();
  if (spool_ && spool_->size() > 0) asked.body = std::move(spool_);
  asked.stream = std::move(body_);
  asked.head_only = request.method == http::Method::head;
  asked.idempotent = is_idempotent(request.method);
  asked.upgrade = is_upgrade_;
  asked.buffered = !route_.action.stream;
  if (route_.cache != nullptr && may_change(request.method)) {
    change_ = std::make_shared<Change>(*route_.cache, key_of(exchange_));
    asked.held = change_;
  }
  call_ = std::make_unique<upstream::Call>(*route_.pool, *this, std::move(asked));
  call_->begin();
}

void ProxiedCall::informed(const upstream::AnswerHead& head) {
  // "100 Continue" is between the app and us: the client has been told by ourselves.
  if (head.status != 100) exchange_.inform(head.status, head.fields.get());
}

void ProxiedCall::note() {
  http::Notes& notes = exchange_.notes;
  notes.app = &route_.app.name;
  notes.app_us = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(call_->time_at_app().count(), 0, UINT32_MAX));
  notes.app_retries = call_->retries();
}

void ProxiedCall::answered() {
  note();
  const upstream::AnswerHead& head = call_->head();
  if (head.status == 101) return switch_protocols();
  if (change_) change_->answered(head);
  if (fail_softly(head.status)) return;
  is_collecting_ = fill_ && !is_error(head.status) && fill_->wants(head, Now::read());
  if (is_collecting_) return collect();
  if (reroute()) return;
  if (exchange_.request().method != http::Method::head) {
    if (auto text = call_->take_text()) {
      const std::uint64_t length = text->size();
      return respond(text_body(std::move(*text)), length);
    }
  }
  respond(std::make_unique<AnswerSource>(*this), head.content_length);
}

// A stale answer may be better than an error: then it was given.
bool ProxiedCall::fail_softly(std::optional<int> status) {
  if (!fill_ || (status && !is_error(*status))) return false;
  const auto fill = std::move(fill_);
  auto response = fill->failed(status, Now::read());
  if (!response) return false;
  exchange_.respond(dressed(std::move(*response), route_.action, exchange_.request()));
  return true;
}

// What is to be kept has to come whole before anybody gets it: a slow client would hold up all
// who wait for it.
void ProxiedCall::collect() {
  std::array<char, copy_size> room;
  while (true) {
    const Source::Pull got = call_->pull(room);
    if (got.state == Source::State::pending) return;
    if (got.state == Source::State::failed) {
      is_collecting_ = false;
      return failed(call_->failure());
    }
    if (got.state == Source::State::end) break;
    collected_.append(room.data(), got.bytes);
    if (collected_.size() > fill_->largest()) return collected_too_much();
  }
  is_collecting_ = false;
  fill_->keep(call_->head(), collected_, exchange_.request(), Now::read());
  const std::uint64_t length = collected_.size();
  respond(text_body(std::move(collected_)), length);
}

void ProxiedCall::collected_too_much() {
  is_collecting_ = false;
  fill_->is_too_large(Now::read());
  respond(std::make_unique<CollectedSource>(std::move(collected_),
                                            std::make_unique<AnswerSource>(*this)),
          call_->head().content_length);
}

void ProxiedCall::respond(Body body, std::optional<std::uint64_t> length) {
  http::Response response;
  response.status = call_->head().status;
  response.body = std::move(body);
  response.length = length;
  std::shared_ptr<http::HeaderBlock> fields = call_->head().fields;
  if (fill_) {
    fields = std::make_shared<http::HeaderBlock>(*fields);  // those of the app are kept
    fields->add("Cache-Status", text_of(fill_->status()));
  }
  exchange_.respond(
      dressed(std::move(response), std::move(fields), route_.action, exchange_.request()));
}

void ProxiedCall::switch_protocols() {
  http::Response response;
  response.status = 101;
  response.upgrade = true;
  response.head = call_->head().fields;
  response.body = std::make_unique<AnswerSource>(*this);
  exchange_.respond(std::move(response));
}

// X-Accel-Redirect names a path, X-Sendfile a file: both of an internal route, which knows
// ranges, conditions and variants.
bool ProxiedCall::reroute() {
  const upstream::AnswerHead& head = call_->head();
  if (!head.accel_redirect.empty()) {
    std::string path = internal_path(head.accel_redirect);
    if (!path.empty()) return reroute_to(std::move(path));
  } else if (!head.sendfile.empty()) {
    std::string path = path_of_file(head.sendfile, route_.internal);
    if (!path.empty()) return reroute_to(std::move(path));
  } else {
    return false;
  }
  log_fault("reroute",
            "app '" + route_.app.name + "': " + fault_of_reroute(head, exchange_.request()));
  exchange_.respond(http::plain_response(500));
  return true;
}

bool ProxiedCall::reroute_to(std::string path) {
  exchange_.reroute(std::move(path), fields_for_file(*call_->head().fields));
  return true;
}

void ProxiedCall::progressed() {
  if (is_collecting_) return collect();
  if (wake_) std::exchange(wake_, nullptr)();
}

void ProxiedCall::failed(const upstream::Failure& failure) {
  note();
  log_fault(std::to_string(failure.status),
            describe_failure(route_.app, exchange_.request(), failure));
  if (change_) change_->may_have_happened();
  if (!fail_softly(std::nullopt)) exchange_.respond(failure_response(failure));
}

// What was sent cannot be taken back: the session ends the connection.
void ProxiedCall::was_cut() {
  log_fault("cut", describe_cut(route_.app, exchange_.request(), call_->failure()));
}

// A fault of one kind may befall thousands of requests.
void ProxiedCall::log_fault(std::string_view kind, const std::string& text) {
  route_.pool->log().once_a_minute("app " + route_.app.name + " " + std::string(kind),
                                   Log::Level::error, about(exchange_.request_id(), text));
}

}  // namespace frontis::app
