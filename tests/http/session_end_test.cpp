// How connections end: clients that leave, time limits, and the end of the server.
#include <gtest/gtest.h>

#include "served.h"

namespace frontis::http {
namespace {

using net::Peer;

const std::string now = ok("now");

TEST(SessionEnd, CancelsTheCallOfAClientThatBreaksOff) {
  Served served;
  Peer client = served.connect(net::tcp_pair());
  EXPECT_EQ(served.exchange(client, get("/later")), "");
  EXPECT_TRUE(served.pending->is_held);
  client.break_off();
  EXPECT_TRUE(served.until_no_session());
  served.hand.turn();
  EXPECT_FALSE(served.pending->is_held);
  EXPECT_EQ(served.records.all, (std::vector<Records::Record>{{"/later", 499, 0, false}}));
}

TEST(SessionEnd, IgnoresAnAnswerThatComesInTheTurnInWhichTheClientLeft) {
  Served served;
  Peer client = served.connect();
  served.exchange(client, get("/later"));
  served.hand.loop.post([&] {
    served.sessions.abort();
    EXPECT_TRUE(served.pending->is_held);  // freed when the turn ends, so it may still answer
    served.pending->answer(response_of(text_body("too late")));
  });
  served.settle(client);
  EXPECT_FALSE(served.pending->is_held);
  EXPECT_EQ(client.got(), "");
}

TEST(SessionEnd, IgnoresAHandlerThatPassesInTheTurnInWhichTheClientLeft) {
  Served served;
  Peer client = served.connect();
  served.exchange(client, get("/later"));
  served.hand.loop.post([&] {
    served.sessions.abort();
    served.pending->exchange->pass();
  });
  served.settle(client);
  EXPECT_FALSE(served.pending->is_held);
}

TEST(SessionEnd, NeverDestroysACallInItsOwnAnswer) {
  for (const bool closes : {false, true}) {
    Served served;
    Peer client = served.connect();
    served.exchange(client, get("/later"));
    Response response = response_of(text_body("later"));
    response.close = closes;
    served.pending->answer(std::move(response));
    EXPECT_FALSE(served.pending->died_in_its_answer);
    served.settle(client);
    EXPECT_FALSE(served.pending->is_held);
    EXPECT_EQ(client.has_ended(), closes);
  }
}

TEST(SessionEnd, NeverDestroysACallInItsOwnAnswerThatCannotBeSent) {
  Served served;
  Peer client = served.connect();
  served.exchange(client, get("/later"));
  client.end_sending();
  served.settle(client);
  client.leave();
  served.pending->answer(response_of(text_body("later")));
  EXPECT_FALSE(served.pending->died_in_its_answer);
  served.hand.turn();
  EXPECT_FALSE(served.pending->is_held);
  EXPECT_EQ(served.sessions.size(), 0U);
}

TEST(SessionEnd, ComesWhenAnIdleConnectionHasWaitedItsTime) {
  for (const bool after_a_request : {false, true}) {
    Served served(tiny_limits());
    Peer client = served.connect();
    if (after_a_request) {
      EXPECT_EQ(served.exchange(client, get("/now")), now);
    }
    ASSERT_TRUE(served.until_ended(client));
    EXPECT_EQ(client.got(), "");
    EXPECT_EQ(served.sessions.size(), 0U);
  }
}

TEST(SessionEnd, ComesWithA408WhenAHeadTakesTooLongHoweverItDrips) {
  Served served(tiny_limits());
  Peer client = served.connect(net::tcp_pair());
  const std::string head = get("/now") + get("/slow", "X: " + std::string(8'000, 'x') + "\r\n");
  std::size_t sent = 0;
  client.send(std::string_view(head).substr(0, 50));
  sent = 50;
  ASSERT_TRUE(served.hand.until([&] {
    if (sent < head.size() - 1) sent += client.send_some(std::string_view(head).substr(sent, 1));
    client.take();
    return client.has_ended();
  }));
  const std::string got = undated(client.take_got());
  EXPECT_EQ(got.substr(0, now.size()), now);
  EXPECT_EQ(got.substr(now.size(), 30), "HTTP/1.1 408 Request Timeout\r\n");
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(served.records.all.back().status, 408);
}

TEST(SessionEnd, ComesWhenAReaderIsTooSlow) {
  for (const std::string kind : {"bytes", "file", "source", "pipelined"}) {
    Served served(tiny_limits());
    const std::string much = net::pattern(6'000'000);
    served.answer("/bytes", [&] { return text_body(much); });
    served.answer("/file", [&] { return net::file_body(much); });
    served.answer("/pipelined", [&] { return text_body(much.substr(0, 16'000)); });
    served.answer_with_source("/source")->pieces = {much};
    net::Pair pair = net::tcp_pair();
    net::set_send_buffer(pair.near, 4'096);
    Peer client = served.connect(std::move(pair));
    for (int i = 0; i < (kind == "pipelined" ? 900 : 1); ++i) client.send(get("/" + kind));
    EXPECT_TRUE(served.until_no_session()) << kind;
    if (kind != "pipelined") {
      EXPECT_FALSE(served.records.all.back().complete) << kind;
    }
  }
}

TEST(SessionEnd, ComesForASlowReaderThoughItKeepsAsking) {
  Served served(tiny_limits());
  served.answer("/some", [] { return text_body(net::pattern(16'000)); });
  net::Pair pair = net::tcp_pair();
  net::set_send_buffer(pair.near, 4'096);
  Peer client = served.connect(std::move(pair));
  for (int i = 0; i < 20; ++i) client.send(get("/some"));
  // A byte now and then must not buy another window.
  EXPECT_TRUE(served.hand.until([&] {
    client.send_some("G");
    return served.sessions.size() == 0;
  }));
}

TEST(SessionEnd, ComesWhenABodyIsTooSlow) {
  Served served(tiny_limits());
  Peer client = served.connect(net::tcp_pair());
  EXPECT_EQ(served.exchange(client, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n"),
            now);
  EXPECT_TRUE(served.until_no_session());
}

TEST(SessionEnd, DoesNotComeForAReaderWhoseSourceIsSlow) {
  Served served(tiny_limits());
  const auto source = served.answer_with_source("/source");
  source->pieces = {"first", "", "last"};
  Peer client = served.connect(net::tcp_pair());
  served.exchange(client, get("/source"));
  // Much longer than the window of the rate.
  Peer other = served.connect();
  ASSERT_TRUE(served.until_ended(other));
  Peer another = served.connect();
  ASSERT_TRUE(served.until_ended(another));
  ASSERT_TRUE(source->wake);
  source->call_wake();
  served.settle(client);
  EXPECT_EQ(client.take_got(), "4\r\nlast\r\n0\r\n\r\n");
  EXPECT_FALSE(client.has_ended());
}

TEST(SessionEnd, DoesNotComeForWhoeverWaitsForAHandler) {
  Served served(tiny_limits());
  Peer client = served.connect();
  served.exchange(client, get("/later"));
  Peer other = served.connect();
  ASSERT_TRUE(served.until_ended(other));
  EXPECT_TRUE(served.pending->is_held);
  served.pending->answer(response_of(text_body("later")));
  served.settle(client);
  EXPECT_EQ(undated(client.take_got()), ok("later"));
}

TEST(SessionEnd, GivesTheTicketBack) {
  config::Limits limits;
  limits.connections = 1;
  Served served(limits);
  Peer client = served.connect();
  EXPECT_FALSE(served.admission.admit(net::Address()));
  client.leave();
  EXPECT_TRUE(served.until_no_session());
  served.hand.turn();
  EXPECT_TRUE(served.admission.admit(net::Address()));
}

TEST(SessionFinish, IsDoneAtOnceWhenThereIsNobody) {
  Served served;
  int done = 0;
  served.sessions.finish([&] { ++done; });
  EXPECT_EQ(done, 1);
}

TEST(SessionFinish, EndsIdleConnectionsNow) {
  Served served;
  std::vector<Peer> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(served.connect());
  EXPECT_EQ(served.exchange(clients[1], get("/now")), now);
  clients[2].send("\r\n");
  served.settle(clients[2]);
  int done = 0;
  served.sessions.finish([&] { ++done; });
  EXPECT_EQ(served.sessions.size(), 0U);
  EXPECT_EQ(done, 1);
  for (Peer& client : clients) {
    served.settle(client);
    EXPECT_TRUE(client.has_ended());
  }
}

TEST(SessionFinish, AnswersWhatIsAlreadyHereAndWhatIsInFlight) {
  Served served;
  served.answer("/large", [] { return text_body(net::pattern(3'000'000)); });
  Peer waiting = served.connect();
  Peer reading = served.connect();
  Peer later = served.connect();
  Peer half = served.connect();
  served.exchange(later, get("/later"));
  reading.send(get("/large"));
  served.hand.turn(3);
  half.send(get("/now").substr(0, 10));
  served.hand.turn(3);
  waiting.send(get("/now"));
  int done = 0;
  served.sessions.finish([&] { ++done; });
  EXPECT_EQ(done, 0);
  ASSERT_TRUE(served.until_ended(waiting));
  EXPECT_EQ(undated(waiting.take_got()), ok("now", "Connection: close\r\n"));
  // Its head was out before the end began: it says nothing, and ends all the same.
  ASSERT_TRUE(served.until_ended(reading));
  EXPECT_EQ(undated(reading.take_got()), ok(net::pattern(3'000'000)));
  half.send(get("/now").substr(10));
  ASSERT_TRUE(served.until_ended(half));
  EXPECT_EQ(undated(half.take_got()), ok("now", "Connection: close\r\n"));
  served.pending->answer(response_of(text_body("later")));
  ASSERT_TRUE(served.until_ended(later));
  EXPECT_EQ(undated(later.take_got()), ok("later", "Connection: close\r\n"));
  for (Peer* client : {&waiting, &reading, &later, &half}) client->leave();
  EXPECT_TRUE(served.until_no_session());
  EXPECT_EQ(done, 1);
}

TEST(SessionFinish, IsDoneWhenWhatIsLeftIsAborted) {
  Served served;
  Peer client = served.connect();
  served.exchange(client, get("/later"));
  int done = 0;
  served.sessions.finish([&] { ++done; });
  EXPECT_EQ(done, 0);
  served.sessions.abort();
  EXPECT_EQ(done, 1);
  served.hand.turn();
  EXPECT_FALSE(served.pending->is_held);
  served.settle(client);
  EXPECT_TRUE(client.has_ended());
}

TEST(SessionFinish, LeavesNothingBehindWhenTheServerGoesWithoutIt) {
  auto pending = std::make_shared<Pending>();
  auto script = std::make_shared<net::Script>();
  {
    Served served;
    script = served.answer_with_source("/source");
    script->pieces = {"first", ""};
    Peer first = served.connect();
    Peer second = served.connect();
    served.exchange(first, get("/later"));
    served.exchange(second, get("/source"));
    pending = served.pending;
    EXPECT_TRUE(pending->is_held);
  }
  EXPECT_FALSE(pending->is_held);
  EXPECT_TRUE(script->destroyed);
}

}  // namespace
}  // namespace frontis::http
