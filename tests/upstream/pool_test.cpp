#include "upstream/pool.h"

#include <gtest/gtest.h>

#include "call_house.h"

namespace frontis::upstream {
namespace {

using net::Peer;
using std::chrono::milliseconds;

// One request and its answer, over a connection that is kept.
Peer ask_once(CallHouse& house) {
  const auto asker = house.ask(CallHouse::get());
  auto peer = house.accept();
  EXPECT_TRUE(peer);
  house.say(*peer, ok_answer("hello"));
  EXPECT_EQ(asker->body, "hello");
  peer->take();
  peer->take_got();
  return std::move(*peer);
}

TEST(Pool, KeepsAConnectionForTheNextRequest) {
  CallHouse house;
  house.open();
  Peer peer = ask_once(house);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(house.pool->idle(), 1U);
    const auto asker = house.ask(CallHouse::get());
    EXPECT_EQ(house.pool->idle(), 0U);
    EXPECT_EQ(house.got(peer), get_request());
    house.say(peer, ok_answer("again"));
    EXPECT_EQ(asker->body, "again");
  }
  EXPECT_FALSE(house.accept());
}

TEST(Pool, DoesNotKeepAConnectionThatTheAnswerEnds) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
        std::string("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        ok_answer("ok") + "and more"}) {
    CallHouse house;
    house.open();
    const auto asker = house.ask(CallHouse::get());
    auto peer = house.accept();
    house.say(*peer, answer);
    EXPECT_EQ(asker->body, "ok");
    EXPECT_EQ(house.pool->idle(), 0U) << answer;
  }
}

TEST(Pool, DropsAConnectionThatIsClosedOrSpeaksUnasked) {
  for (const bool speaks : {false, true}) {
    CallHouse house;
    house.open();
    Peer peer = ask_once(house);
    if (speaks) {
      peer.send("HTTP/1.1 408 Request Timeout\r\n\r\n");
    } else {
      peer.leave();
    }
    house.hand.turn(2);
    EXPECT_EQ(house.pool->idle(), 0U);
    // The next request goes over a new one.
    Peer other = ask_once(house);
    EXPECT_EQ(house.pool->idle(), 1U);
  }
}

TEST(Pool, DropsAConnectionThatHasBeenIdleForLong) {
  CallHouse house;
  house.app.idle_timeout = milliseconds(100);
  house.open();
  Peer peer = ask_once(house);
  ASSERT_EQ(house.pool->idle(), 1U);
  ASSERT_TRUE(house.hand.until([&] { return house.pool->idle() == 0; }));
  peer.take();
  EXPECT_TRUE(peer.has_ended());
}

TEST(Pool, GivesTheConnectionThatWasUsedLast) {
  CallHouse house;
  house.open();
  const auto first = house.ask(CallHouse::get());
  const auto second = house.ask(CallHouse::get());
  auto one = house.accept();
  auto two = house.accept();
  ASSERT_TRUE(one && two);
  house.say(*two, ok_answer("two"));
  house.say(*one, ok_answer("one"));
  EXPECT_EQ(house.pool->idle(), 2U);
  house.got(*one);
  house.got(*two);
  const auto third = house.ask(CallHouse::get());
  EXPECT_EQ(house.got(*one), get_request());
  EXPECT_EQ(house.got(*two), "");
}

TEST(Pool, HasNoConnectionForAnotherBackend) {
  CallHouse house;
  house.open();
  Peer peer = ask_once(house);
  EXPECT_EQ(house.pool->take_idle(12'345), nullptr);
  EXPECT_EQ(house.pool->idle(), 1U);
}

TEST(Pool, ClosesWhatIsIdleWhenItGoes) {
  CallHouse house;
  house.open();
  Peer peer = ask_once(house);
  house.pool.reset();
  peer.take();
  EXPECT_TRUE(peer.has_ended());
  house.hand.turn();
}

TEST(Pool, TriesAnotherBackendWhereOneIsNotThere) {
  CallHouse house;
  house.balancer.add(std::make_shared<net::Endpoint>(net::Endpoint::abstract("frontis-nobody")), 4);
  house.open();
  for (int i = 0; i < 2; ++i) {
    const auto asker = house.ask(CallHouse::get());
    std::optional<Peer> peer = house.accept();
    ASSERT_TRUE(peer);
    peer->send("HTTP/1.0 200 OK\r\n\r\nother");
    peer->leave();
    house.hand.turn(3);
    EXPECT_EQ(asker->body, "other");
  }
  EXPECT_EQ(house.balancer.counts().up, 1U);
}

}  // namespace
}  // namespace frontis::upstream
