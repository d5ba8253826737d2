// What the access log is told.
#include <gtest/gtest.h>

#include "served.h"

namespace frontis::http {
namespace {

using net::Peer;
using Wanted = std::vector<Records::Record>;

TEST(SessionRecord, CountsTheBytesOfEachBody) {
  Served served;
  served.answer("/large", [] { return text_body(net::pattern(100'000)); });
  served.answer("/file", [] { return net::file_body(net::pattern(70'000)); });
  served.answer_with_source("/known", 4)->pieces = {"te", "xt"};
  served.answer_with_source("/source")->pieces = {"text"};
  served.handler.answers["/304"] = [](Exchange& exchange) {
    exchange.respond(response_of(text_body("never sent"), 304));
  };
  Peer client = served.connect();
  client.send(get("/now") + get("/large") + get("/now") +
              "HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n" + get("/304") + get("/file") +
              get("/known") + get("/source") + "HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n");
  const Wanted wanted{
      {"/now", 200, 3, true},   {"/large", 200, 100'000, true}, {"/now", 200, 3, true},
      {"/large", 200, 0, true}, {"/304", 304, 0, true},         {"/file", 200, 70'000, true},
      {"/known", 200, 4, true}, {"/source", 200, 14, true},  // with the frame of its chunks
      {"/file", 200, 0, true},
  };
  ASSERT_TRUE(served.hand.until([&] {
    client.take();
    return served.records.all.size() == wanted.size();
  }));
  EXPECT_EQ(served.records.all, wanted);
}

TEST(SessionRecord, CountsALateAnswerLikeAnyOther) {
  Served served;
  Peer client = served.connect();
  served.exchange(client, get("/now") + get("/later"));
  served.pending->answer(response_of(text_body("later")));
  served.settle(client);
  EXPECT_EQ(served.records.all, (Wanted{{"/now", 200, 3, true}, {"/later", 200, 5, true}}));
}

TEST(SessionRecord, SaysHowMuchOfAnAnswerWasSentToAClientThatLeft) {
  Served served;
  served.answer("/large", [] { return text_body(net::pattern(8'000'000)); });
  Peer client = served.connect();
  client.send(get("/large"));
  served.hand.turn(5);
  client.leave();
  EXPECT_TRUE(served.until_no_session());
  ASSERT_EQ(served.records.all.size(), 1U);
  const auto& record = served.records.all.front();
  EXPECT_EQ(record.status, 200);
  EXPECT_FALSE(record.complete);
  EXPECT_GT(record.bytes, 0U);
  EXPECT_LT(record.bytes, 8'000'000U);
}

TEST(SessionRecord, CountsNothingOfASmallAnswerThatDidNotGoOut) {
  Served served;
  Peer client = served.connect();
  served.exchange(client, get("/later"));
  client.end_sending();
  served.settle(client);
  client.leave();
  served.pending->answer(response_of(text_body("later")));
  EXPECT_EQ(served.records.all, (Wanted{{"/later", 200, 0, false}}));
}

TEST(SessionRecord, CountsNothingOfTheLastAnswerForARequestThatHasNone) {
  Served served;
  served.answer("/large", [] { return text_body(net::pattern(100'000)); });
  Peer client = served.connect();
  ASSERT_NE(served.exchange(client, get("/large") + get("/now") + get("/later")), "");
  ASSERT_TRUE(served.pending);
  served.sessions.abort();
  EXPECT_EQ(served.records.all.back(), (Records::Record{"/later", 499, 0, false}));
}

TEST(SessionRecord, HasNoRequestWhenTheHeadWasRefused) {
  Served served;
  Peer client = served.connect();
  const std::string got = served.exchange(client, get("/now") + "nonsense\r\n\r\n");
  ASSERT_EQ(served.records.all.size(), 2U);
  const auto& record = served.records.all.back();
  EXPECT_EQ(record.target, "-");
  EXPECT_EQ(record.status, 400);
  EXPECT_EQ(record.bytes, got.size() - got.rfind("\r\n\r\n") - 4);
  EXPECT_TRUE(record.complete);
}

TEST(SessionRecord, IsNotWrittenForAConnectionWithoutARequest) {
  Served served(tiny_limits());
  Peer idle = served.connect();
  Peer gone = served.connect();
  gone.leave();
  Peer half = served.connect();
  half.send("GET /now HT");
  half.end_sending();
  EXPECT_TRUE(served.until_no_session());
  EXPECT_EQ(served.records.all, Wanted{});
}

TEST(SessionRecord, ForgetsTheNotesOfTheRequestBefore) {
  Served served;
  std::vector<std::string> variants;
  served.handler.answers["/noted"] = [&](Exchange& exchange) {
    variants.emplace_back(exchange.notes.variant);
    exchange.notes.variant = "gzip";
    exchange.respond(response_of(text_body("x")));
  };
  Peer client = served.connect();
  served.exchange(client, get("/noted") + get("/noted"));
  EXPECT_EQ(variants, (std::vector<std::string>{"-", "-"}));
}

}  // namespace
}  // namespace frontis::http
