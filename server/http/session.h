// The one meeting point of codec, stream and handler: a connection that speaks HTTP/1. Reads
// requests, gives each to the router, sends what the handler answers, in order, and keeps every
// time limit. A session is small while it is idle; what a request needs (parser, buffers, the
// exchange) is borrowed from a pool of the loop and given back when the connection rests.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "config/settings.h"
#include "http/date_cache.h"
#include "http/exchange.h"
#include "http/http1.h"
#include "http/http1_body.h"
#include "http/request_id.h"
#include "http/router.h"
#include "net/address.h"
#include "net/admission.h"
#include "net/loop.h"
#include "net/pump.h"
#include "net/stream.h"
#include "net/timer.h"
#include "net/watch.h"

namespace frontis::http {

class Session;
class SessionBody;
class Sessions;

// What became of one request, for the access log. `request` is null when its head was refused.
struct Finished {
  const Request* request = nullptr;
  const Notes* notes = nullptr;
  std::string_view client;  // its address, perhaps as a trusted proxy told it
  int status = 0;
  std::uint64_t bytes = 0;  // of the body, handed to the kernel or queued for it
  Instant began{};          // the turn of the loop in which the head was complete
  Instant ended{};
  bool complete = true;

  std::chrono::microseconds took() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(ended - began);
  }
};

class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual void record(const Finished& finished) = 0;
};

// What sessions go by, as a configuration says it. A reload brings others: whoever is in the middle
// of an exchange keeps those that it began with, and whatever owns them (their handlers).
struct Rules {
  const config::Limits& limits;
  const Router& router;
  Recorder* recorder;  // may be null
  // They speak for their clients.
  const std::vector<config::Network>& trusted_proxies;
};

// Everything that a connection needs only while something happens on it.
struct Conversation {
  explicit Conversation(std::shared_ptr<const Rules> begun_with)
      : rules(std::move(begun_with)), parser(rules->limits), exchange(*this) {}

  // For the next head, of which nothing has been read.
  void follow(std::shared_ptr<const Rules> next);

  // Ready for another session. Keeps at most `kept_memory` bytes in each buffer.
  void clear(std::size_t kept_memory);
  // Whoever took the body may still hold it when the exchange has ended.
  void let_go_of_body();
  // What was set aside for the body comes before all else that is unread.
  void put_back();

  // The exchange of a session: its answer goes back into the session, which began it.
  class SessionExchange final : public Exchange {
   public:
    explicit SessionExchange(Conversation& conversation) : conversation_(conversation) {}
    void respond(Response response) override;
    std::unique_ptr<RequestBody> take_body() override;
    void inform(int status, const HeaderBlock* head) override;
    void reroute(std::string path, std::shared_ptr<const HeaderBlock> override) override;
    const Client& client() override;
    std::string_view request_id() override;
    std::string_view server_address() override;
    std::uint16_t server_port() override;
    Call* call() const { return call_.get(); }
    Request& request_to_read() { return request_; }
    std::unique_ptr<Call> take_call() { return std::move(call_); }
    void clear() { reset(); }

   private:
    Conversation& conversation_;
    std::string local_address_;
    std::string request_id_;
  };

  std::shared_ptr<const Rules> rules;  // these end last
  Session* session = nullptr;
  HeadParser parser;
  SessionExchange exchange;
  std::optional<BodyDecoder> body;
  Buffer in;  // unread bytes; begins with the head of the exchange in flight, if any
  std::size_t head_length = 0;
  Buffer ahead;                       // behind the head, once the body was taken
  SessionBody* body_taker = nullptr;  // who pulls it; null when nobody does, or no more
  net::Pump out;
  std::uint64_t body_begins_at = 0;  // out.moved() when the body's first byte will go
  std::uint64_t body_length = 0;     // of bodies that were sent with the text
  std::uint64_t discarded = 0;       // bytes of the request's body
  std::size_t fed = 0;               // bytes that were received for it since it was last woken
  std::uint64_t received_mark = 0;   // the session's received_ when the rate window began
  std::int64_t delivered_mark = 0;   // and its delivered()
  int status = 0;
  Instant began{};
  bool answered = false;
  bool body_broken = false;  // its framing is lost, and with it what follows
  bool continued = false;    // the client was told to send it
  bool is_tunnel = false;    // after a 101: bytes go both ways, and mean nothing to us
  bool until_close = false;  // only the end of the connection tells the end of the body
  bool abandoned = false;    // its session has ended: an answer comes too late
};

// All sessions of one loop and what they share. Owned by the front hall, one for each loop.
class Sessions {
 public:
  // Loop and timers outlive this.
  Sessions(net::Loop& loop, net::TimerWheel& timers, std::shared_ptr<const Rules> rules);
  ~Sessions();

  // A connection of the client that has the ticket.
  void add(net::PlainStream stream, net::Admission::Ticket ticket);
  // What begins from now on goes by these, on all connections. The old rules are let go of when
  // the last exchange that began with them has ended, in the middle of whatever ends it.
  void follow(std::shared_ptr<const Rules> rules);
  // From now on every answer closes its connection, and idle connections end now. `done` is
  // called when no session is left (perhaps at once).
  void finish(std::function<void()> done);
  // The same, but idle connections stay until their next answer or idle timeout: a request may be
  // on its way, and its client need not know that another process takes over.
  void fade(std::function<void()> done);
  // Ends what is left, wherever it is.
  void abort();
  std::size_t size() const { return sessions_.size(); }

  // How many connections are between two requests, in the middle of one, being answered, or ending.
  struct Census {
    std::uint32_t idle = 0, reading = 0, answering = 0, closing = 0;
  };
  Census census() const;

 private:
  friend class Session;

  std::unique_ptr<Conversation> borrow(Session& session);
  void give_back(std::unique_ptr<Conversation> conversation);
  void ended(Session& session);
  const config::Limits& limits() const { return rules_->limits; }

  static constexpr std::size_t read_size = 64 * 1024;
  static constexpr std::size_t spares = 64;
  static constexpr std::size_t kept_memory = 32 * 1024;         // of a spare's buffers
  static constexpr std::uint64_t most_discarded = 1024 * 1024;  // of a body that nobody wants

  net::Loop& loop_;
  net::TimerWheel& timers_;
  std::shared_ptr<const Rules> rules_;
  DateCache dates_;
  RequestIds request_ids_;
  // What one receive may bring; shared, since nobody keeps it. No page exists before its use.
  const std::unique_ptr<char[]> received_memory_;
  const std::span<char> received_;
  std::vector<std::unique_ptr<Conversation>> spare_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::function<void()> done_;
  bool last_answers_ = false;  // each closes its connection
  bool finishing_ = false;     // and those that rest have ended
};

class Session final : private net::Watch::Owner, private net::Timer::Owner {
 public:
  Session(Sessions& all, net::PlainStream stream, net::Admission::Ticket ticket);
  ~Session() override;

  // Answers the first request, if it is here, or waits for it.
  void begin();
  // Ends now if it is idle; otherwise after the answer in flight.
  void finish();
  void end();
  // The answer to the exchange in flight.
  void answer(Response response);
  // For its exchange (exchange.h).
  std::unique_ptr<RequestBody> take_body();
  void inform(int status, const HeaderBlock* head);
  void reroute();
  void tell_client(Client& client) const;
  void name_request(std::string& id) const;
  const net::Address& local();

 private:
  friend class Sessions;
  friend class SessionBody;

  enum class Phase : std::uint8_t {
    reading,     // the next head, perhaps none of it yet
    answering,   // an exchange is in flight: not answered, or not all sent
    discarding,  // the answer is sent; the request's body is taken off the connection
    closing,     // what is queued goes out, then the connection ends
    lingering,   // all is sent; the peer gets time to read it
    ended,
  };
  enum class Need { input, room };  // why process() stopped

  void ready(bool readable, bool writable) override;
  void timer_due() override;

  bool receive();
  void turn(std::string_view fresh);
  void work(std::string_view fresh);
  Need process(std::string_view input, bool kept);
  std::size_t read_head(std::string_view input);
  std::size_t discard(std::string_view input);
  // The request's body, for SessionBody.
  bool is_feeding() const;
  bool is_hungry() const;
  bool is_reading_body() const;
  Source::Pull feed(std::span<char> into, Error& fault);
  Source::Pull feed_raw(std::span<char> into);
  Source::State refill();
  void ask_to_continue();
  void end_body();
  void set_aside();
  void serve_body();
  bool serve_refused();
  void keep(std::string_view input, std::size_t used, bool kept);
  bool has_unread() const { return conversation_ && !conversation_->in.empty(); }
  bool wants_input() const;
  bool is_busy() const;

  bool send();
  void write_answer(Response& response, bool http10, bool head_only);
  void open_tunnel(Response& response);
  bool closes_after(const Response& response) const;
  void finish_exchange();
  void record(bool complete) const;
  void refuse(const Error& error);
  void wait();
  void watch_rate();
  std::int64_t delivered() const;
  void rest();
  void close();
  void linger();

  Sessions& all_;
  // Without the attribute, what follows would not lie in the padding of these two.
  [[no_unique_address]] net::PlainStream stream_;
  std::uint32_t index_ = 0;  // of this in Sessions
  std::unique_ptr<Conversation> conversation_;
  net::Watch watch_;
  net::Timer timer_;
  std::uint64_t received_ = 0;           // bytes, since the beginning
  std::unique_ptr<net::Address> local_;  // where somebody asked for it
  [[no_unique_address]] net::Admission::Ticket ticket_;
  Phase phase_ = Phase::reading;
  bool processing_ = false;    // an answer now is taken up by the call that runs
  bool serving_ = false;       // and so it is while whoever pulled too early tries again
  bool close_after_ = false;   // the exchange in flight is the last one
  bool unread_input_ = false;  // the peer may be sending what nobody will read
  bool peer_ended_ = false;
  bool refused_pull_ = false;  // the body was pulled too early: whoever did is to try again
  bool wants_room_ = false;    // the next turn comes when the stream can be written
  bool rate_watched_ = false;
  bool head_timed_ = false;
};

}  // namespace frontis::http
