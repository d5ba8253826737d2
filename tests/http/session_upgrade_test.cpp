// Interim answers, and connections that become tunnels: after a 101 the bytes of either side go to
// the other as they are, and end as they end.
#include <gtest/gtest.h>

#include "taker.h"

namespace frontis::http {
namespace {

using net::Peer;

const std::string now = ok("now");
const std::string wants = get("/tunnel", "Connection: upgrade\r\nUpgrade: websocket\r\n");
const std::string switched =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

std::shared_ptr<const HeaderBlock> fields(std::string_view name, std::string_view value) {
  HeaderBlock head;
  head.add(name, value);
  return std::make_shared<const HeaderBlock>(std::move(head));
}

// A handler whose tunnel the test holds the other end of.
struct Tunnel {
  explicit Tunnel(Served& served) {
    served.handler.answers["/tunnel"] = [this, &served](Exchange& exchange) {
      body = exchange.take_body();
      served.keep(exchange);
    };
  }
  void open(Served& served) {
    Response response;
    response.status = 101;
    response.upgrade = true;
    response.head = fields("Upgrade", "websocket");
    response.body = std::make_unique<net::ScriptedSource>(to_client);
    served.pending->answer(std::move(response));
  }
  // What the client has sent, until there is no more at the moment; then asks to be woken.
  std::string take() {
    std::array<char, 4'096> room;
    std::string text;
    while (true) {
      const Source::Pull got = body->pull(room);
      last = got.state;
      if (got.state == Source::State::pending) body->when_ready([this] { is_woken = true; });
      if (got.state != Source::State::data) return text;
      text.append(room.data(), got.bytes);
    }
  }
  void say(const std::string& text) {
    to_client->pieces.push_back(text);
    if (to_client->wake) to_client->call_wake();
  }

  std::shared_ptr<net::Script> to_client = [] {
    auto script = std::make_shared<net::Script>();
    script->goes_on = true;
    return script;
  }();
  std::unique_ptr<RequestBody> body;
  Source::State last = Source::State::pending;
  bool is_woken = false;
};

TEST(Inform, SendsInterimAnswersBeforeTheFinalOne) {
  Served served;
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, get("/later") + get("/now")), "");
  const auto links = fields("Link", "</a.css>; rel=preload");
  served.pending->exchange->inform(103, links.get());
  served.settle(client);
  EXPECT_EQ(client.take_got(), "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
  served.pending->exchange->inform(102, nullptr);
  served.pending->answer(response_of(text_body("later")));
  served.settle(client);
  EXPECT_EQ(undated(client.take_got()), "HTTP/1.1 102 Processing\r\n\r\n" + ok("later") + now);
}

TEST(Inform, MayComeFromTheHandlerItself) {
  Served served;
  served.handler.answers["/hints"] = [](Exchange& exchange) {
    exchange.inform(103, nullptr);
    exchange.respond(response_of(text_body("hinted")));
    exchange.inform(103, nullptr);  // too late: forgotten
  };
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, get("/hints") + get("/now")),
            "HTTP/1.1 103 Early Hints\r\n\r\n" + ok("hinted") + now);
}

TEST(Inform, TellsAClientOfHttp10Nothing) {
  Served served;
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, "GET /later HTTP/1.0\r\n\r\n"), "");
  served.pending->exchange->inform(103, nullptr);
  served.settle(client);
  EXPECT_EQ(client.take_got(), "");
}

TEST(Inform, FindsOutThatTheClientIsGone) {
  Served served;
  Peer client = served.connect(net::tcp_pair());
  client.send(get("/later"));
  served.settle(client);
  client.break_off();
  served.pending->exchange->inform(103, nullptr);
  served.pending->exchange->inform(103, nullptr);
  served.pending->answer(response_of(text_body("too late")));
  EXPECT_TRUE(served.until_no_session());
  EXPECT_FALSE(served.pending->died_in_its_answer);
}

TEST(Upgrade, MakesATunnelOfTheConnection) {
  // What comes along with the request is already for the other side.
  for (const std::string early : {"", "early "}) {
    Served served;
    Tunnel tunnel(served);
    Peer client = served.connect();
    EXPECT_EQ(served.exchange(client, wants + early), "");
    ASSERT_TRUE(tunnel.body);
    EXPECT_EQ(tunnel.take(), "") << "not before the 101";
    tunnel.open(served);
    EXPECT_EQ(served.exchange(client, ""), switched);
    EXPECT_TRUE(tunnel.is_woken);
    EXPECT_EQ(tunnel.take(), early);
    tunnel.is_woken = false;
    EXPECT_EQ(served.exchange(client, get("/now")), "");
    EXPECT_TRUE(tunnel.is_woken);
    EXPECT_EQ(tunnel.take(), get("/now")) << "no request any more";
    tunnel.say("HTTP/1.1 200 OK\r\n");
    EXPECT_EQ(served.exchange(client, ""), "HTTP/1.1 200 OK\r\n");
    EXPECT_EQ(served.handler.paths, "/tunnel ");
  }
}

TEST(Upgrade, EndsWithTheOtherSide) {
  Served served;
  Tunnel tunnel(served);
  Peer client = served.connect();
  served.exchange(client, wants);
  tunnel.open(served);
  tunnel.to_client->goes_on = false;
  tunnel.say("bye");
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_EQ(client.take_got(), switched + "bye");
  EXPECT_FALSE(client.was_reset());
  std::array<char, 10> room;
  EXPECT_EQ(tunnel.body->pull(room).state, Source::State::failed);
  client.leave();
  EXPECT_TRUE(served.until_no_session());
  ASSERT_EQ(served.records.all.size(), 1U);
  EXPECT_EQ(served.records.all.front(), (Records::Record{"/tunnel", 101, 3, true}));
}

TEST(Upgrade, TellsTheOtherSideThatTheClientSendsNoMore) {
  Served served;
  Tunnel tunnel(served);
  Peer client = served.connect();
  served.exchange(client, wants);
  tunnel.open(served);
  tunnel.take();
  client.send("last words");
  client.end_sending();
  served.settle(client);
  EXPECT_TRUE(tunnel.is_woken);
  EXPECT_EQ(tunnel.take(), "last words");
  EXPECT_EQ(tunnel.last, Source::State::end);
  tunnel.say("heard");
  served.settle(client);
  EXPECT_EQ(client.take_got(), switched + "heard");
  EXPECT_EQ(served.sessions.size(), 1U) << "the other direction goes on";
}

TEST(Upgrade, EndsWithAClientThatBreaksOff) {
  Served served;
  Tunnel tunnel(served);
  Peer client = served.connect(net::tcp_pair());
  served.exchange(client, wants);
  tunnel.open(served);
  tunnel.take();
  client.break_off();
  served.hand.turn(3);
  ASSERT_TRUE(tunnel.is_woken);
  EXPECT_EQ(tunnel.take(), "");
  EXPECT_EQ(tunnel.last, Source::State::failed);
  EXPECT_TRUE(served.until_no_session());
  served.hand.turn();
  EXPECT_FALSE(served.pending->is_held);
}

TEST(Upgrade, ThatIsRefusedLeavesAConnectionForRequests) {
  Served served;
  Tunnel tunnel(served);
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, wants + get("/now")), "");
  tunnel.take();
  EXPECT_EQ(served.exchange(client, get("/now")), "");
  served.pending->answer(response_of(text_body("no tunnel")));
  EXPECT_EQ(served.exchange(client, ""), ok("no tunnel") + now + now);
}

TEST(Upgrade, ThatIsNotAnsweredLeavesTheRestInTheKernel) {
  Served served;
  Tunnel tunnel(served);
  Peer client = served.connect();
  client.send(wants);
  served.settle(client);
  tunnel.take();
  const std::string much(100'000, 'x');
  std::size_t sent = 0;
  for (int i = 0; i < 200; ++i) {
    sent += client.send_some(much);
    served.hand.turn();
  }
  EXPECT_LT(sent, 2'000'000U);
}

}  // namespace
}  // namespace frontis::http
