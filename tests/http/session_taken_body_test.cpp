// Request bodies that somebody wants: they are pulled off the connection as they are asked for, and
// whatever happens on the way, what comes behind them is read from its first byte.
#include <gtest/gtest.h>

#include "taker.h"

namespace frontis::http {
namespace {

using net::Peer;

const std::string now = ok("now");

std::string post(std::string_view fields, std::string_view body, std::string_view path = "/take") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}

std::string counted(std::string_view body, std::string_view fields = {}) {
  return post("Content-Length: " + std::to_string(body.size()) + "\r\n" + std::string(fields),
              body);
}

std::string chunked(std::string_view body, std::size_t size) {
  std::string chunks;
  while (!body.empty()) {
    const std::string_view chunk = body.substr(0, size);
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%zx\r\n", chunk.size());
    chunks.append(text.data()).append(chunk).append("\r\n");
    body.remove_prefix(chunk.size());
  }
  return post("Transfer-Encoding: chunked\r\n", chunks + "0\r\n\r\n");
}

// Sends `all` in pieces and turns the loop after each.
void send_in_pieces(Served& served, Peer& client, std::string_view all, std::size_t piece) {
  while (!all.empty()) {
    all.remove_prefix(client.send_some(all.substr(0, piece)));
    served.hand.turn();
    client.take();
  }
  served.settle(client);
}

TEST(TakenBody, ComesWholeHoweverItIsCut) {
  const std::string body = "the body\r\n" + get("/smuggled");
  for (const std::string& request :
       {counted(body), chunked(body, 1), chunked(body, 7), chunked(body, 500)}) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{13}, request.size(), SIZE_MAX}) {
      for (const std::size_t most : {std::size_t{1}, std::size_t{16 * 1024}}) {
        Served served;
        const auto taken = take_at(served, "/take", {.most = most});
        Peer client = served.connect();
        send_in_pieces(served, client, request + get("/now"), piece);
        EXPECT_EQ(undated(client.take_got()), ok(body) + now) << request << " by " << piece;
        EXPECT_EQ(served.handler.paths, "/take /now ");
        EXPECT_FALSE((*taken)->is_held);
        EXPECT_FALSE(client.has_ended());
      }
    }
  }
}

TEST(TakenBody, ComesWholeWhenItIsLong) {
  const std::string body = net::pattern(3'000'000);
  for (const std::string& request : {counted(body), chunked(body, 10'000)}) {
    Served served;
    const auto taken = take_at(served, "/take", {.then = [](Exchange& exchange, const Taken&) {
                                 exchange.respond(response_of(text_body("taken")));
                               }});
    Peer client = served.connect();
    send_in_pieces(served, client, request + get("/now"), SIZE_MAX);
    EXPECT_EQ((*taken)->content, body);
    EXPECT_EQ(undated(client.take_got()), ok("taken") + now);
  }
}

TEST(TakenBody, IsNotGivenInsideTheCallOfTheHandler) {
  Served served;
  const auto taken = take_at(served, "/take");
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, counted("all of it")), ok("all of it"));
  EXPECT_EQ((*taken)->refused, 1U);
}

TEST(TakenBody, IsNoneWithoutABody) {
  Served served;
  take_at(served, "/take");
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, get("/take")), ok(""));
  EXPECT_EQ(served.exchange(client, post("Content-Length: 0\r\n", "")), ok(""));
}

TEST(TakenBody, MayBeTakenLaterAndIsTakenOnce) {
  Served served;
  Peer client = served.connect();
  client.send(counted("body", "X: y\r\n") + get("/now"));
  served.handler.answers["/take"] = [&](Exchange& exchange) { served.keep(exchange); };
  served.settle(client);
  Exchange& exchange = *served.pending->exchange;
  const auto body = exchange.take_body();
  ASSERT_TRUE(body);
  EXPECT_EQ(exchange.take_body(), nullptr);
  std::array<char, 100> room;
  const Source::Pull first = body->pull(room);
  ASSERT_EQ(first.state, Source::State::data);
  EXPECT_EQ(std::string(room.data(), first.bytes), "body");
  EXPECT_EQ(body->pull(room).state, Source::State::end);
  // The head is still there to be read.
  EXPECT_EQ(exchange.request().find("X"), "y");
  served.pending->answer(response_of(text_body("later")));
  served.settle(client);
  EXPECT_EQ(undated(client.take_got()), ok("later") + now);
  EXPECT_EQ(body->pull(room).state, Source::State::failed) << "its exchange has ended";
}

TEST(TakenBody, IsAskedForWhereTheClientWaitsToBeAsked) {
  constexpr std::string_view expects = "Content-Length: 4\r\nExpect: 100-continue\r\n";
  Served served;
  take_at(served, "/take");
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, post(expects, "")), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(served.exchange(client, "body" + get("/now")), ok("body") + now);
  // Whoever does not wait is not asked.
  EXPECT_EQ(served.exchange(client, post(expects, "body") + get("/now")), ok("body") + now);
  // Nor is a body that nobody pulls.
  EXPECT_EQ(served.exchange(client, post(expects, "", "/now")), ok("now", "Connection: close\r\n"));
}

TEST(TakenBody, ThatIsBrokenFailsAndEndsTheConnectionAfterTheAnswer) {
  const std::string chunks[] = {"5\r\nhello!!", "5\r\nhelloX", "g\r\n", "5 \r\nhello\r\n"};
  for (const std::string& broken : chunks) {
    for (const std::size_t piece : {std::size_t{1}, SIZE_MAX}) {
      Served served;
      const auto taken = take_at(served, "/take");
      Peer client = served.connect(net::tcp_pair());
      const std::string all =
          post("Transfer-Encoding: chunked\r\n", broken) + "\r\n" + get("/smuggled");
      for (std::size_t at = 0; at < all.size() && !client.has_ended(); at += piece) {
        client.send_some(std::string_view(all).substr(at, piece));
        served.hand.turn();
        client.take();
        if (piece == SIZE_MAX) break;
      }
      ASSERT_TRUE(served.until_ended(client)) << broken;
      EXPECT_FALSE(client.was_reset());
      EXPECT_TRUE((*taken)->has_failed);
      EXPECT_EQ((*taken)->fault.kind, ErrorKind::bad_request);
      EXPECT_TRUE(client.got().starts_with("HTTP/1.1 400 ")) << client.got();
      EXPECT_NE(client.got().find("Connection: close\r\n"), std::string::npos);
      EXPECT_EQ(served.handler.paths, "/take ");
    }
  }
}

TEST(TakenBody, ThatIsTooLargeFailsWith413) {
  config::Limits limits;
  limits.body = 10;
  for (const std::string& request : {counted("more than ten"), chunked("more than ten", 4)}) {
    Served served(limits);
    const auto taken = take_at(served, "/take");
    Peer client = served.connect(net::tcp_pair());
    client.send(request + get("/now"));
    ASSERT_TRUE(served.until_ended(client));
    EXPECT_TRUE(client.got().starts_with("HTTP/1.1 413 ")) << client.got();
    EXPECT_LE((*taken)->content.size(), 10U);
    EXPECT_EQ(served.handler.paths.find("/now"), std::string::npos);
  }
}

TEST(TakenBody, EndsWithAClientThatLeavesInTheMiddle) {
  using Leave = void (*)(Peer&);
  const Leave ways[] = {[](Peer& peer) { peer.leave(); }, [](Peer& peer) { peer.end_sending(); },
                        [](Peer& peer) { peer.break_off(); }};
  for (const Leave leave : ways) {
    for (const std::string& request : {post("Content-Length: 100\r\n", "begins"),
                                       post("Transfer-Encoding: chunked\r\n", "5\r\nhel"),
                                       post("Content-Length: 5\r\nExpect: 100-continue\r\n", "")}) {
      Served served;
      const auto taken = take_at(served, "/take");
      Peer client = served.connect(net::tcp_pair());
      client.send(request);
      served.settle(client);
      ASSERT_TRUE((*taken)->is_held);
      leave(client);
      ASSERT_TRUE(served.until_no_session()) << request;
      served.hand.turn();
      EXPECT_FALSE((*taken)->is_held) << request;
      EXPECT_FALSE((*taken)->has_ended);
    }
  }
}

TEST(TakenBody, FailsWhenItsClientHasLeftMeanwhile) {
  Served served;
  std::shared_ptr<RequestBody> body;
  served.handler.answers["/take"] = [&](Exchange& exchange) {
    body = exchange.take_body();
    served.keep(exchange);
  };
  Peer client = served.connect();
  client.send(post("Content-Length: 100\r\n", "begins"));
  served.settle(client);
  client.leave();
  std::array<char, 100> room;
  EXPECT_EQ(body->pull(room).state, Source::State::data) << "what was here before is still given";
  EXPECT_EQ(body->pull(room).state, Source::State::failed);
  EXPECT_EQ(body->fault().kind, ErrorKind::io);
  EXPECT_EQ(served.sessions.size(), 0U);
  served.hand.turn();
  EXPECT_FALSE(served.pending->is_held);
  EXPECT_EQ(body->pull(room).state, Source::State::failed) << "and goes on to fail";
}

TEST(TakenBody, ThatNobodyPullsIsDiscarded) {
  for (const std::string& request :
       {counted(net::pattern(100'000)), chunked(net::pattern(100'000), 1'000), counted("x")}) {
    Served served;
    std::unique_ptr<RequestBody> body;
    served.handler.answers["/take"] = [&](Exchange& exchange) {
      body = exchange.take_body();
      exchange.respond(response_of(text_body("no")));
    };
    Peer client = served.connect();
    send_in_pieces(served, client, request + get("/now"), 1'000);
    EXPECT_EQ(undated(client.take_got()), ok("no") + now);
    std::array<char, 100> room;
    EXPECT_EQ(body->pull(room).state, Source::State::failed);
  }
}

// The rest of it is taken off the connection in its order, also what came after it was let go of.
TEST(TakenBody, ThatIsHalfTakenIsDiscardedToItsEnd) {
  const std::string body = net::pattern(20'000);
  for (const std::string& request : {counted(body), chunked(body, 100)}) {
    for (const std::size_t sent_before : {std::size_t{200}, std::size_t{9'000}, request.size()}) {
      Served served;
      Exchange* kept = nullptr;
      take_at(served, "/take",
              {.most = 10, .enough = 50, .then = [&](Exchange& exchange, const Taken&) {
                 kept = &exchange;
               }});
      Peer client = served.connect();
      client.send(request.substr(0, sent_before));
      served.settle(client);
      ASSERT_NE(kept, nullptr);
      client.send(request.substr(sent_before) + get("/now"));
      served.settle(client);
      kept->respond(response_of(text_body("half")));
      served.settle(client);
      EXPECT_EQ(undated(client.take_got()), ok("half") + now) << sent_before;
      EXPECT_EQ(served.handler.paths, "/take /now ");
    }
  }
}

TEST(TakenBody, WaitsInTheKernelWhileNobodyPulls) {
  Served served;
  std::unique_ptr<RequestBody> body;
  served.handler.answers["/take"] = [&](Exchange& exchange) {
    body = exchange.take_body();
    served.keep(exchange);
  };
  Peer client = served.connect();
  client.send(post("Content-Length: 50000000\r\n", ""));
  const std::string much(100'000, 'x');
  std::size_t sent = 0;
  for (int i = 0; i < 200; ++i) {
    sent += client.send_some(much);
    served.hand.turn();
  }
  EXPECT_LT(sent, 2'000'000U);
}

// A client whose bytes are always there must not hold up the others.
TEST(TakenBody, IsPulledOnlySoFarInOneTurn) {
  constexpr std::size_t size = 20'000'000;
  Served served;
  Peer client = served.connect();
  const std::string much(100'000, 'x');
  std::unique_ptr<RequestBody> body;
  std::size_t in_turn = 0;
  std::size_t most_in_turn = 0;
  std::size_t pulled = 0;
  std::size_t sent = 0;
  std::function<void()> pull = [&] {
    std::array<char, 16 * 1024> room;
    while (true) {
      if (sent < size) sent += client.send_some(std::string_view(much).substr(0, size - sent));
      const Source::Pull got = body->pull(room);
      if (got.state == Source::State::pending) return body->when_ready(pull);
      if (got.state != Source::State::data) break;
      pulled += got.bytes;
      most_in_turn = std::max(most_in_turn, in_turn += got.bytes);
    }
  };
  served.handler.answers["/take"] = [&](Exchange& exchange) {
    body = exchange.take_body();
    pull();
  };
  client.send(post("Content-Length: " + std::to_string(size) + "\r\n", ""));
  for (int i = 0; i < 2'000 && pulled < size; ++i) {
    in_turn = 0;
    served.hand.turn();
  }
  EXPECT_EQ(pulled, size);
  EXPECT_LT(most_in_turn, 2'000'000U);
}

// However many come along with each other, and each is answered where its body ends.
TEST(TakenBody, OfVeryManyPipelinedRequestsAreTakenInTheirOrder) {
  Served served;
  int depth = 0;
  int deepest = 0;
  take_at(served, "/take", {.then = [&](Exchange& exchange, const Taken& taken) {
            deepest = std::max(deepest, ++depth);
            exchange.respond(response_of(text_body(taken.content)));
            --depth;
          }});
  Peer client = served.connect();
  std::string requests;
  std::string wanted;
  constexpr int count = 2'000;
  for (int i = 0; i < count; ++i) {
    const std::string body = std::to_string(i);
    requests += counted(body);
    wanted += ok(body);
  }
  send_in_pieces(served, client, requests, SIZE_MAX);
  for (int i = 0; i < 200; ++i) served.settle(client);
  EXPECT_EQ(undated(client.take_got()), wanted);
  EXPECT_LE(deepest, 2) << "each answer is given inside the one before";
}

TEST(TakenBody, ThatIsTooSlowEndsItsConnection) {
  Served served(tiny_limits());
  const auto taken = take_at(served, "/take");
  Peer client = served.connect();
  client.send(post("Content-Length: 100000\r\n", "begins"));
  ASSERT_TRUE(served.until_no_session());
  served.hand.turn();
  EXPECT_FALSE((*taken)->is_held);
  EXPECT_FALSE((*taken)->has_ended);
}

TEST(TakenBody, WaitsLongerForWhoeverPullsLateThanForASlowClient) {
  Served served(tiny_limits());
  std::unique_ptr<RequestBody> body;
  served.handler.answers["/take"] = [&](Exchange& exchange) {
    body = exchange.take_body();
    served.keep(exchange);
  };
  Peer slow_app = served.connect();
  slow_app.send(post("Content-Length: 100000\r\n", "begins"));
  Peer idle = served.connect();
  // It goes by its own time limit; whoever is not asked for more is left alone.
  ASSERT_TRUE(served.until_ended(idle));
  served.settle(slow_app);
  EXPECT_EQ(served.sessions.size(), 1U);
  EXPECT_TRUE(served.pending->is_held);
}

}  // namespace
}  // namespace frontis::http
