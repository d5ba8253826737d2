// Other rules while exchanges are under way: what a reload is to the sessions of a loop.
#include <gtest/gtest.h>

#include "served.h"

namespace frontis::http {
namespace {

// Another configuration: answers with its name, and tells when nobody goes by it. It outlives the
// sessions.
struct Other {
  explicit Other(const std::string& name, const config::Limits& own_limits = {})
      : limits(own_limits) {
    site.names = {"*"};
    site.routes.push_back({"/", {config::RespondAction{}}, ""});
    router.add(site, site.routes.front(), {&handler});
    router.seal();
    handler.answers["/"] = [name](Exchange& exchange) {
      exchange.respond(response_of(text_body(name)));
    };
  }
  std::shared_ptr<const Rules> rules() {
    return {new Rules{limits, router, &records, trusted}, [this](const Rules* dying) {
              delete dying;
              is_gone = true;
            }};
  }

  config::Limits limits;
  config::Site site;
  ScriptedHandler handler;
  Router router;
  Records records;
  std::vector<config::Network> trusted;
  bool is_gone = false;
};

TEST(Follow, WhatBeginsGoesByTheNewRulesOnOpenConnectionsToo) {
  Other other("other");
  Served served;
  net::Peer peer = served.connect();
  EXPECT_EQ(served.exchange(peer, get("/now")), ok("now"));
  served.sessions.follow(other.rules());
  EXPECT_EQ(served.exchange(peer, get("/")), ok("other"));
  EXPECT_EQ(served.records.all.size(), 1U);
  EXPECT_EQ(other.records.all.size(), 1U);
}

TEST(Follow, AnExchangeEndsByTheRulesThatItBeganWith) {
  Other first("first");
  Other second("second");
  Served served;
  served.sessions.follow(first.rules());
  std::shared_ptr<Pending> pending = std::make_shared<Pending>();
  first.handler.answers["/later"] = [pending](Exchange& exchange) {
    pending->exchange = &exchange;
  };
  net::Peer peer = served.connect();
  EXPECT_EQ(served.exchange(peer, get("/later") + get("/")), "");
  served.sessions.follow(second.rules());
  served.settle(peer);
  EXPECT_FALSE(first.is_gone);
  pending->exchange->respond(response_of(text_body("late")));
  served.settle(peer);
  // The second request came before the change, but was not read before it.
  EXPECT_EQ(undated(peer.take_got()), ok("late") + ok("second"));
  EXPECT_TRUE(first.is_gone);
  ASSERT_EQ(first.records.all.size(), 1U);
  EXPECT_EQ(first.records.all.front().target, "/later");
}

TEST(Follow, NobodyKeepsTheRulesOfAConnectionThatRests) {
  Other first("first");
  Other second("second");
  Served served;
  served.sessions.follow(first.rules());
  net::Peer peer = served.connect();
  EXPECT_EQ(served.exchange(peer, get("/")), ok("first"));
  served.sessions.follow(second.rules());
  served.settle(peer);
  EXPECT_TRUE(first.is_gone);
  EXPECT_EQ(served.exchange(peer, get("/")), ok("second"));
}

TEST(Follow, AClientThatHasLeftLetsGoOfThem) {
  Other first("first");
  Other second("second");
  Served served;
  served.sessions.follow(first.rules());
  Exchange* kept = nullptr;
  first.handler.answers["/later"] = [&kept](Exchange& exchange) { kept = &exchange; };
  {
    net::Peer peer = served.connect();
    served.exchange(peer, get("/later"));
    served.sessions.follow(second.rules());
  }
  served.hand.turn(3);
  EXPECT_FALSE(first.is_gone);
  ASSERT_NE(kept, nullptr);
  kept->respond(response_of(text_body("nobody reads this")));
  EXPECT_TRUE(served.until_no_session());
  served.hand.turn();
  EXPECT_TRUE(first.is_gone);
}

TEST(Follow, AHeadIsReadByTheLimitsThatItBeganWith) {
  config::Limits tight;
  tight.request_line = 300;
  Other other("other", tight);
  Served served;
  net::Peer peer = served.connect();
  const std::string longer = get("/" + std::string(400, 'a'));
  EXPECT_EQ(served.exchange(peer, longer.substr(0, 100)), "");
  served.sessions.follow(other.rules());
  EXPECT_EQ(served.exchange(peer, longer.substr(100)).substr(0, 12), "HTTP/1.1 404");
  EXPECT_EQ(served.exchange(peer, longer).substr(0, 12), "HTTP/1.1 414");
}

TEST(Fade, AConnectionThatRestsGetsOneMoreAnswer) {
  Served served;
  net::Peer idle = served.connect();
  EXPECT_EQ(served.exchange(idle, get("/now")), ok("now"));
  bool is_done = false;
  served.sessions.fade([&is_done] { is_done = true; });
  served.settle(idle);
  EXPECT_FALSE(idle.has_ended());
  EXPECT_FALSE(is_done);
  EXPECT_EQ(served.exchange(idle, get("/now")), ok("now", "Connection: close\r\n"));
  EXPECT_TRUE(served.until_ended(idle));
}

TEST(Fade, AnAnswerThatHadBegunDoesNotCloseWhatItSaidWouldStay) {
  Served served;
  const auto script = served.answer_with_source("/long", 4);
  script->pieces = {""};
  net::Peer peer = served.connect();
  EXPECT_EQ(served.exchange(peer, get("/long")), "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
  served.sessions.fade([] {});
  script->pieces = {"body"};
  script->call_wake();
  served.settle(peer);
  EXPECT_EQ(peer.take_got(), "body");
  EXPECT_FALSE(peer.has_ended());
  EXPECT_EQ(served.exchange(peer, get("/now")), ok("now", "Connection: close\r\n"));
  EXPECT_TRUE(served.until_ended(peer));
}

TEST(Fade, NobodyLeftIsSaidAtOnce) {
  Served served;
  bool is_done = false;
  served.sessions.fade([&is_done] { is_done = true; });
  EXPECT_TRUE(is_done);
}

TEST(Fade, AConnectionThatGoesOnRestingEndsByItsTimeout) {
  Served served(tiny_limits());
  net::Peer idle = served.connect();
  EXPECT_EQ(served.exchange(idle, get("/now")), ok("now"));
  bool is_done = false;
  served.sessions.fade([&is_done] { is_done = true; });
  EXPECT_TRUE(served.until_ended(idle));
  EXPECT_TRUE(served.hand.until([&] { return is_done; }));
}

}  // namespace
}  // namespace frontis::http
