// When a request is given to an application once more, and when never.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "../net/bodies.h"
#include "call_house.h"

namespace frontis::upstream {
namespace {

TEST(Retries, SendsAWholeBodyAndASecondTimeWhereThatIsSafe) {
  for (const std::size_t size : {std::size_t{1}, std::size_t{100}, std::size_t{300'000}}) {
    CallHouse house;
    house.buffers.memory = 10'000;
    house.open();
    const std::string body = net::pattern(size);
    const auto asker = house.ask(house.with_body("PUT", body));
    const std::string wanted =
        "PUT / HTTP/1.1\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + body;
    for (int i = 0; i < 2; ++i) {
      auto peer = house.accept();
      ASSERT_TRUE(peer) << i;
      ASSERT_TRUE(house.hand.until([&] {
        peer->take();
        return peer->got().size() >= wanted.size();
      }));
      EXPECT_EQ(peer->got(), wanted);
      if (i == 1) house.say(*peer, ok_answer("stored"));
    }
    house.hand.turn(3);
    EXPECT_EQ(asker->body, "stored");
  }
}

TEST(Retries, AsksAgainOverANewConnectionWhenAKeptOneWasStale) {
  CallHouse house;
  house.open();
  const auto first = house.ask(CallHouse::get());
  auto stale = house.accept();
  house.say(*stale, ok_answer("first"));
  ASSERT_EQ(house.pool->idle(), 1U);
  // It closes at the moment in which the next request goes out.
  const auto second = house.ask(CallHouse::get());
  EXPECT_EQ(house.got(*stale), get_request() + get_request());
  stale->leave();
  auto fresh = house.accept();
  ASSERT_TRUE(fresh);
  EXPECT_EQ(house.got(*fresh), get_request());
  house.say(*fresh, ok_answer("second"));
  EXPECT_EQ(second->body, "second");
  EXPECT_TRUE(house.balancer.is_up()) << "that says nothing of the backend";
}

TEST(Retries, TakesANewConnectionForWhatCannotBeAskedTwice) {
  CallHouse house;
  house.open();
  const auto first = house.ask(CallHouse::get());
  auto kept = house.accept();
  house.say(*kept, ok_answer("first"));
  const auto second = house.ask(house.with_body("POST", "once"));
  auto fresh = house.accept();
  ASSERT_TRUE(fresh);
  EXPECT_NE(house.got(*fresh).find("once"), std::string::npos);
  house.say(*fresh, ok_answer("second"));
  EXPECT_EQ(second->body, "second");
  EXPECT_EQ(house.pool->idle(), 1U) << "the new one takes the place of the idle one";
}

// A process that is killed before or while it answers.
const std::array begun_answers{
    std::string(),
    std::string("HTTP/1.1 200 OK\r\nContent-"),
    std::string("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\n"),
    std::string("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
};

TEST(Retries, AsksAgainWhileNobodyWasToldOfAnAnswer) {
  for (const std::string& begun : begun_answers) {
    for (const bool by_reset : {false, true}) {
      CallHouse house;
      house.open();
      const auto asker = house.ask(CallHouse::get());
      auto peer = house.accept();
      ASSERT_TRUE(peer);
      if (!by_reset) house.got(*peer);  // what was not read makes a reset of a close
      house.say(*peer, begun);
      EXPECT_EQ(asker->told.find("answered"), std::string::npos) << begun;
      peer->leave();
      auto other = house.accept();
      ASSERT_TRUE(other) << begun;
      EXPECT_EQ(house.got(*other), get_request());
      house.say(*other, ok_answer("hello"));
      EXPECT_EQ(asker->body, "hello") << begun;
      EXPECT_TRUE(asker->has_ended);
      EXPECT_EQ(asker->call->retries(), 1);
      EXPECT_EQ(house.busy(), 0U);
      EXPECT_TRUE(house.balancer.is_up());
    }
  }
}

// A page that breaks off, however often it is asked for, holds up no other.
TEST(Retries, AnAnswerThatIsCutOffSaysNothingOfTheBackend) {
  CallHouse house;
  house.open();
  for (int i = 0; i < 6; ++i) {
    const auto asker = house.ask(CallHouse::get());
    auto peer = house.accept();
    ASSERT_TRUE(peer) << i;
    house.got(*peer);
    house.say(*peer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n");
    peer->leave();
    house.hand.turn(3);
    EXPECT_TRUE(asker->is_cut);
    EXPECT_TRUE(house.balancer.is_up()) << i;
  }
}

TEST(Retries, AsksABoundedNumberOfTimes) {
  for (const std::string& begun : begun_answers) {
    CallHouse house;
    house.open();
    const auto asker = house.ask(CallHouse::get());
    int connections = 0;
    while (auto peer = house.accept()) {
      ++connections;
      EXPECT_EQ(house.got(*peer), get_request());
      house.say(*peer, begun);
    }
    EXPECT_EQ(connections, 3) << begun;
    ASSERT_TRUE(asker->failure) << begun;
    EXPECT_EQ(asker->failure->status, 502);
  }
}

TEST(Retries, DoesNotAskASecondTimeWhatIsNotSafe) {
  for (const std::string& begun : begun_answers) {
    CallHouse house;
    house.open();
    const auto asker = house.ask(house.with_body("POST", "once"));
    {
      auto peer = house.accept();
      EXPECT_NE(house.got(*peer).find("once"), std::string::npos);
      house.say(*peer, begun);
    }
    house.hand.turn(3);
    ASSERT_TRUE(asker->failure) << begun;
    EXPECT_EQ(asker->failure->status, 502);
    const bool says_nothing =
        asker->failure->reason.find("closed the connection without an answer") != std::string::npos;
    EXPECT_EQ(says_nothing, begun.empty()) << asker->failure->reason;
    EXPECT_FALSE(house.accept()) << begun;
    EXPECT_EQ(house.busy(), 0U);
  }
}

}  // namespace
}  // namespace frontis::upstream
