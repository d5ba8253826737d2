// One request to an application and its answer: takes a place at a backend, or waits for one,
// connects, sends, and reads the answer into a spool, so that the backend is free as soon as it
// has answered, however slowly the client reads. Retries where that is safe: nothing was sent, or
// the method is idempotent and the owner was told nothing of an answer. Owned by whoever asked;
// knows nothing of clients. Destroying it cancels the request.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/exchange.h"
#include "net/timer.h"
#include "upstream/balancer.h"
#include "upstream/connection.h"
#include "upstream/pool.h"
#include "upstream/spool.h"

namespace frontis::upstream {

// Why there is no answer, or no whole one.
struct Failure {
  int status = 502;    // 502, 503 or 504: what the client is told
  std::string reason;  // a sentence for the log
};

class Call final : private Connection::Receiver, private net::Timer::Owner {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // An interim answer (1xx, but not 101). Views are valid during this call.
    virtual void informed(const AnswerHead& head) = 0;
    // The head has come; more of the body may have, or all of it (is_complete). Where the head
    // gives the body's length, and names no file in its place, its first byte has come, too.
    virtual void answered() = 0;
    // After answered(): there is more of the body to pull, or its end, or its failure.
    virtual void progressed() = 0;
    // There will be no answer. Not called after answered().
    virtual void failed(const Failure& failure) = 0;
  };

  struct Request {
    std::string head;                           // from Codec::begin()
    std::string id = {};                        // what the logs call it; empty: nothing
    std::unique_ptr<Spool> body;                // whole; null without one, or when it streams
    std::unique_ptr<http::RequestBody> stream;  // pulled while it is sent, and can be sent once
    bool counted = true;                        // the head gives the body's length
    bool head_only = false;                     // HEAD
    bool idempotent = false;                    // RFC 9110, 9.2.2
    bool upgrade = false;                       // after a 101, `stream` is the client's side
    bool buffered = true;                       // the answer may go to disk
    std::shared_ptr<void> held;                 // until the app is done with it, whoever has left
  };

  // Both outlive this. Nothing is called back before begin() has returned.
  Call(Pool& pool, Owner& owner, Request request);
  ~Call() override;

  void begin();

  // From when the app was given the request, for the last time, until now.
  std::chrono::microseconds time_at_app() const;
  // Request::id.
  const std::string& id() const { return request_.id; }
  // How often it was given to the app anew.
  std::uint8_t retries() const { return retries_; }

  // After answered(). What the app's answer says of itself, until take_head().
  AnswerHead& head() { return head_; }
  // All of the answer has come.
  bool is_complete() const { return phase_ == Phase::complete; }
  // The body of a complete answer, when it never left memory.
  std::optional<std::string> take_text();
  // The next bytes of the body, as Source::pull(); after `pending`, progressed() is called. The
  // last byte of a body whose length was said comes when the app has ended the answer.
  Source::Pull pull(std::span<char> into);
  // After pull() gave `failed`: why.
  const Failure& failure() const { return *failure_; }

  // The owner is leaving. The call goes on without it, where a process of ours is busy until the
  // answer ends; otherwise it ends here.
  static void leave(std::unique_ptr<Call> call);

 private:
  enum class Phase : std::uint8_t {
    waiting,   // for a place
    talking,   // connecting, sending, and reading the answer
    complete,  // the answer is here; perhaps not all of it has been pulled
    failed,
  };

  std::uint64_t ready_bytes() const;
  bool awaits_body() const;
  void connection_ready(Connection& connection, bool readable, bool writable) override;
  void timer_due() override;

  // Places, connections and their end (call.cpp).
  std::weak_ptr<Call*> self();
  Asking asking() const;
  void find_place();
  void stand_in_line();
  void waited_enough();
  std::chrono::milliseconds waited() const;
  void open(Place place);
  bool connect();
  void retry_or_fail(Place::Outcome outcome, Failure failure);
  void fail(Failure failure);
  void give_up(Failure failure);
  void tell_failure();
  void end_connection();
  void set_timer();
  bool move();
  Failure too_slow() const;

  // The request (call_sending.cpp).
  void begin_sending();
  void send();
  bool send_some();
  bool fill();
  bool fill_from_spool();
  bool fill_from_stream();
  void stream_ready();

  // The answer (call_reading.cpp).
  void receive();
  std::size_t take(std::string_view input);
  void take_step(const Codec::Step& step);
  void take_head();
  void take_content(std::string_view content);
  void ended_by_peer();
  void reset_by_peer();
  void cut_off(const std::string& what);
  void broken(const std::string& what);
  void complete();
  void settle();
  void report();
  void log_errors();
  void watch();

  Pool& pool_;
  Owner* owner_;  // null once it has left
  Request request_;
  Phase phase_ = Phase::waiting;
  Place place_;
  std::unique_ptr<Balancer::Waiting> waiting_;
  std::shared_ptr<Call*> self_;  // for those who look later whether we are still there
  std::unique_ptr<Connection> connection_;
  net::Timer timer_;
  Instant sent_at_{};        // all of the request
  Instant in_line_since_{};  // or out of reach; the epoch: never was
  BackendId avoided_ = 0;
  std::optional<Failure> failure_;  // the last; in Phase::failed what the end is
  std::uint32_t broken_ = 0;        // connections that broke after something was sent
  std::uint8_t retries_ = 0;

  std::string out_;                // what is framed of the body
  std::string_view unsent_;        // of the head, and then of that
  std::uint64_t body_framed_ = 0;  // bytes of the spool
  bool is_all_framed_ = false;
  bool is_all_sent_ = false;
  bool is_blocked_ = false;    // the connection has no room
  bool is_connected_ = false;  // it has taken something
  bool has_sent_ = false;
  bool cannot_send_ = false;  // it takes no more; there may be an answer all the same
  int error_ = 0;             // that the connection told, which it does once
  bool is_stream_used_ = false;
  bool avoids_idle_ = false;  // one of the idle connections was dead

  AnswerHead head_;
  Spool answer_;
  std::uint64_t pulled_ = 0;
  std::uint64_t unheard_ = 0;  // bytes of the answer that came after the owner had left
  bool has_heard_ = false;     // some byte of an answer, over this connection
  bool has_head_ = false;
  bool has_ended_ = false;    // its last byte was read
  bool is_reported_ = false;  // the owner knows of it
  bool is_tunnel_ = false;
  bool is_paused_ = false;  // the spool is full
  bool is_beginning_ = false;
};

}  // namespace frontis::upstream
