// One request on its way to an application, and the answer on its way back: takes the body off
// the client before it takes a place at the app, so that a slow client holds nobody, and turns
// what the app says into a response. Held by the exchange; when the client leaves, it ends.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "app/cache_fill.h"
#include "app/change.h"
#include "app/handler.h"
#include "http/exchange.h"
#include "upstream/call.h"

namespace frontis::app {

class ProxiedCall final : public http::Call, public upstream::Call::Owner {
 public:
  // Both outlive this: the exchange holds it.
  ProxiedCall(const Route& route, http::Exchange& exchange)
      : ProxiedCall(route, exchange, nullptr) {}
  // `fill`: the answer may be kept.
  ProxiedCall(const Route& route, http::Exchange& exchange, std::unique_ptr<CacheFill> fill);
  ~ProxiedCall() override;

  void begin();
  bool ends_with_client() const override { return true; }

 private:
  class AnswerSource;
  class CollectedSource;

  void informed(const upstream::AnswerHead& head) override;
  void answered() override;
  void progressed() override;
  void failed(const upstream::Failure& failure) override;

  void take_body();
  void body_failed(const Error& fault);
  void ask();
  bool reroute();
  bool reroute_to(std::string path);
  void switch_protocols();
  bool fail_softly(std::optional<int> status);
  void collect();
  void collected_too_much();
  void respond(Body body, std::optional<std::uint64_t> length);
  void was_cut();
  void note();
  void log_fault(std::string_view kind, const std::string& text);

  const Route& route_;
  http::Exchange& exchange_;
  std::unique_ptr<http::RequestBody> body_;
  std::unique_ptr<upstream::Spool> spool_;  // of the body
  std::unique_ptr<upstream::Call> call_;
  std::unique_ptr<CacheFill> fill_;
  std::shared_ptr<Change> change_;  // null: it can change nothing that is kept
  std::string collected_;           // of an answer that is to be kept
  bool is_collecting_ = false;
  std::function<void()> wake_;  // of whoever pulls the answer
  bool is_upgrade_ = false;
};

}  // namespace frontis::app
