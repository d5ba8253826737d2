// A pool and what it needs, on a loop that the test turns, and an application that does what the
// test says: a Unix socket in the abstract namespace, whose connections are the test's.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../net/hand_turned.h"
#include "../net/peer.h"
#include "base/log.h"
#include "upstream/call.h"
#include "upstream/pool.h"

namespace frontis::upstream {

// Whoever asked, and all that it was told.
class Asker final : public Call::Owner {
 public:
  // Pulls whatever there is, unless the test wants to do it.
  bool pulls = true;
  std::unique_ptr<Call> call;

  std::string told;  // "informed 103 answered progressed failed "
  std::string body;
  bool has_ended = false;  // the body
  bool is_cut = false;
  std::optional<Failure> failure;

  int status() const { return call->head().status; }
  bool is_done() const { return has_ended || is_cut || failure; }
  void leave() { Call::leave(std::move(call)); }
  void pull(std::size_t most = SIZE_MAX) {
    std::array<char, 16 * 1024> room;
    while (most > 0 && !has_ended && !is_cut) {
      const auto got = call->pull(std::span(room).first(std::min(most, room.size())));
      if (got.state == Source::State::pending) return;
      has_ended = got.state == Source::State::end;
      is_cut = got.state == Source::State::failed;
      if (got.state == Source::State::data) body.append(room.data(), got.bytes);
      if (got.state == Source::State::data) most -= got.bytes;
    }
  }

 private:
  void informed(const AnswerHead& head) override {
    told += "informed " + std::to_string(head.status) + " ";
  }
  void answered() override {
    told += "answered ";
    if (pulls) pull();
  }
  void progressed() override {
    if (!told.ends_with("progressed ")) told += "progressed ";
    if (pulls) pull();
  }
  void failed(const Failure& why) override {
    told += "failed ";
    failure = why;
  }
};

inline Descriptor listen_at(const net::Endpoint& endpoint) {
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::bind(socket.number(), endpoint.address(), endpoint.length()), 0);
  EXPECT_EQ(::listen(socket.number(), 16), 0);
  return socket;
}

inline std::string get_request() { return "GET / HTTP/1.1\r\nHost: a\r\n\r\n"; }

inline std::string ok_answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct CallHouse {
  explicit CallHouse(config::Protocol protocol = config::Protocol::http) {
    static int number = 0;
    const std::string name = "frontis-call-" + std::to_string(::getpid()) + "-";
    endpoint = net::Endpoint::abstract(name + std::to_string(++number));
    app.name = "site";
    app.protocol = protocol;
    buffers.folder = testing::TempDir();
    log = Log::silent();
  }

  void listen() { listener = listen_at(endpoint); }
  // After the test has said what it wants of the settings.
  void open(std::uint32_t capacity = 4) {
    listen();
    balancer.add(std::make_shared<net::Endpoint>(endpoint), capacity);
    make_pool();
  }
  void make_pool() {
    pool = std::make_unique<Pool>(hand.loop, hand.timers, app, buffers, balancer, *log,
                                  [this](BackendId) { ++stuck; });
  }
  // The next connection to the application.
  std::optional<net::Peer> accept() {
    for (int i = 0; i < 3; ++i) {
      Descriptor socket(
          ::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket.is_open()) return net::Peer(std::move(socket));
      hand.turn();
    }
    return std::nullopt;
  }

  std::unique_ptr<Asker> ask(Call::Request request) {
    auto asker = std::make_unique<Asker>();
    asker->call = std::make_unique<Call>(*pool, *asker, std::move(request));
    asker->call->begin();
    EXPECT_EQ(asker->told, "") << "nothing is called back inside begin()";
    return asker;
  }
  static Call::Request get() {
    Call::Request request;
    request.head = get_request();
    request.idempotent = true;
    return request;
  }
  Call::Request with_body(const std::string& method, const std::string& body) {
    Call::Request request;
    request.head =
        method + " / HTTP/1.1\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    request.body = std::make_unique<Spool>(buffers, 1'000'000);
    EXPECT_TRUE(request.body->append(body));
    request.idempotent = method != "POST";
    return request;
  }

  // What the application has got, after a few turns.
  std::string got(net::Peer& peer) {
    for (int i = 0; i < 4; ++i) {
      hand.turn();
      peer.take();
    }
    return peer.take_got();
  }
  void say(net::Peer& peer, std::string_view text) {
    peer.send(text);
    hand.turn(3);
  }
  std::uint32_t busy() const { return balancer.counts().busy; }

  net::Endpoint endpoint;
  config::App app;
  config::BufferSettings buffers;
  std::unique_ptr<Log> log;
  Balancer balancer{16};
  net::HandTurned hand;
  Descriptor listener;
  int stuck = 0;
  std::unique_ptr<Pool> pool;
};

}  // namespace frontis::upstream
