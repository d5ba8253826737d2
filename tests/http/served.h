// A small server for tests of the session: real sessions on a loop that the test turns, one route
// whose handler does what the test says, and clients at the other end of socket pairs.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../net/bodies.h"
#include "../net/hand_turned.h"
#include "../net/peer.h"
#include "config/settings.h"
#include "http/router.h"
#include "http/session.h"

namespace frontis::http {

// An answer that came later: the exchange it belongs to, and whether the call is still held.
struct Pending {
  Exchange* exchange = nullptr;
  bool is_held = false;
  bool died_in_its_answer = false;

  void answer(Response response) {
    const bool was_held = is_held;
    exchange->respond(std::move(response));
    died_in_its_answer |= was_held && !is_held;
  }
};

class PendingCall final : public Call {
 public:
  explicit PendingCall(std::shared_ptr<Pending> pending) : pending_(std::move(pending)) {
    pending_->is_held = true;
  }
  ~PendingCall() override { pending_->is_held = false; }

 private:
  std::shared_ptr<Pending> pending_;
};

// Does for each path what the test says; passes on what it does not know.
class ScriptedHandler final : public Handler {
 public:
  void handle(Exchange& exchange) override {
    paths += std::string(exchange.request().path()) + " ";
    const auto found = answers.find(exchange.request().path());
    if (found == answers.end()) return exchange.pass();
    found->second(exchange);
  }

  std::map<std::string, std::function<void(Exchange&)>, std::less<>> answers;
  std::string paths;  // of every request, each with a space behind it
};

class Records final : public Recorder {
 public:
  struct Record {
    std::string target;  // "-" when the head was refused
    int status;
    std::uint64_t bytes;
    bool complete;
    friend bool operator==(const Record&, const Record&) = default;
  };

  void record(const Finished& finished) override {
    EXPECT_EQ(finished.client, client);
    EXPECT_NE(finished.notes, nullptr);
    EXPECT_NE(finished.began, Instant{});
    EXPECT_GE(finished.ended, finished.began);
    const std::string target(finished.request ? finished.request->target() : "-");
    all.push_back({target, finished.status, finished.bytes, finished.complete});
  }

  std::vector<Record> all;
  std::string client = "unix:";  // of every request
};

inline void PrintTo(const Records::Record& record, std::ostream* out) {
  *out << record.target << ' ' << record.status << ' ' << record.bytes
       << (record.complete ? " complete" : " cut");
}

inline Response response_of(Body body, int status = 200) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

// `text` without its Date fields, which differ from run to run.
inline std::string undated(std::string text) {
  constexpr std::string_view field = "Date: ";
  constexpr std::size_t length = 37;  // with its CRLF
  for (std::size_t at = text.find(field); at != std::string::npos; at = text.find(field, at)) {
    text.erase(at, length);
  }
  return text;
}

inline std::string get(std::string_view path, std::string_view fields = {}) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n";
}

inline std::string ok(std::string_view body, std::string_view fields = {}) {
  return "HTTP/1.1 200 OK\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

class Served {
 public:
  explicit Served(const config::Limits& own_limits = {}) : limits(own_limits) {
    site.names = {"*"};
    site.routes.push_back({"/", {config::RespondAction{}}, ""});
    config::FilesAction internal;
    internal.internal = true;
    site.routes.push_back({"/internal/", {internal}, ""});
    for (const config::Route& route : site.routes) router.add(site, route, {&handler});
    router.seal();
    handler.answers["/now"] = [](Exchange& exchange) {
      exchange.respond(response_of(text_body("now")));
    };
    handler.answers["/later"] = [this](Exchange& exchange) { keep(exchange); };
  }

  // What a handler does that answers later.
  void keep(Exchange& exchange) {
    pending = std::make_shared<Pending>();
    pending->exchange = &exchange;
    exchange.hold(std::make_unique<PendingCall>(pending));
  }

  // Answers `path` with a new body each time.
  void answer(const std::string& path, std::function<Body()> body,
              std::optional<std::uint64_t> length = {}) {
    handler.answers[path] = [body = std::move(body), length](Exchange& exchange) {
      Response response = response_of(body());
      response.length = length;
      exchange.respond(std::move(response));
    };
  }
  std::shared_ptr<net::Script> answer_with_source(const std::string& path,
                                                  std::optional<std::uint64_t> length = {}) {
    auto script = std::make_shared<net::Script>();
    answer(
        path, [script] { return std::make_unique<net::ScriptedSource>(script); }, length);
    return script;
  }

  net::Peer connect(net::Pair pair = net::unix_pair()) {
    sessions.add(net::PlainStream(std::move(pair.near)), admission.admit(net::Address()));
    return net::Peer(std::move(pair.far));
  }

  // Turns until nothing more can be expected without the test's doing: what is due at once on
  // one machine is done after a few turns.
  void settle(net::Peer& peer) {
    for (int i = 0; i < 12; ++i) {
      hand.turn();
      peer.take();
    }
  }
  // What the client has after `request`, without dates.
  std::string exchange(net::Peer& peer, std::string_view request) {
    peer.send(request);
    settle(peer);
    return undated(peer.take_got());
  }
  bool until_ended(net::Peer& peer) {
    return hand.until([&] {
      peer.take();
      return peer.has_ended();
    });
  }
  bool until_got(net::Peer& peer, std::size_t bytes) {
    return hand.until([&] {
      peer.take();
      return peer.got().size() >= bytes || peer.has_ended();
    });
  }
  bool until_no_session() {
    return hand.until([&] { return sessions.size() == 0; });
  }

  config::Limits limits;
  config::Site site;
  ScriptedHandler handler;
  Router router;
  Records records;
  std::shared_ptr<Pending> pending;
  net::Admission admission{limits};
  net::HandTurned hand;
  std::vector<config::Network> trusted;  // proxies
  std::shared_ptr<const Rules> rules =
      std::make_shared<const Rules>(Rules{limits, router, &records, trusted});
  Sessions sessions{hand.loop, hand.timers, rules};
};

// Limits after which nothing has to be waited for long.
inline config::Limits tiny_limits() {
  config::Limits limits;
  limits.head_timeout = limits.idle_timeout = limits.rate_window = std::chrono::milliseconds(200);
  return limits;
}

}  // namespace frontis::http
