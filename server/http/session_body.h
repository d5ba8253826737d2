// The body of the request of a session, as whoever answers it pulls it: a view of the connection
// that does not outlive the exchange. The session lets go of it when the exchange ends, and from
// then on it only fails.
#pragma once

#include <functional>
#include <span>
#include <utility>

#include "http/exchange.h"

namespace frontis::http {

class Session;

class SessionBody final : public RequestBody {
 public:
  explicit SessionBody(Session& session) : session_(&session) {}
  ~SessionBody() override;

  Pull pull(std::span<char> into) override;
  void when_ready(std::function<void()> wake) override;
  const Error& fault() const override { return fault_; }

  // For the session: the exchange has ended.
  void let_go() { session_ = nullptr; }
  bool is_waiting() const { return wake_ != nullptr; }
  void wake() { std::exchange(wake_, nullptr)(); }

 private:
  Session* session_;
  std::function<void()> wake_;
  Error fault_{ErrorKind::io, "the client has left"};
};

}  // namespace frontis::http
