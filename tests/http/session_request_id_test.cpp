// What a session calls its requests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/network.h"
#include "served.h"

namespace frontis::http {
namespace {

using net::Peer;
using testing::MatchesRegex;

constexpr const char* new_one = "[0-9a-f]{32}";

class SessionRequestIdTest : public testing::Test {
 protected:
  SessionRequestIdTest() {
    served_.handler.answers["/app"] = [this](Exchange& exchange) {
      ids_.emplace_back(exchange.request_id());
      EXPECT_EQ(exchange.request_id(), ids_.back());
      EXPECT_EQ(exchange.notes.request_id, ids_.back());
      exchange.respond(response_of(text_body("x")));
    };
    served_.handler.answers["/file"] = [this](Exchange& exchange) {
      ids_.emplace_back(exchange.notes.request_id);
      exchange.respond(response_of(text_body("x")));
    };
  }
  void trust_peer() { served_.trusted.push_back(*config::parse_network("unix:")); }
  std::vector<std::string> ids_of(std::string_view requests) {
    Peer client = served_.connect();
    served_.exchange(client, requests);
    return std::move(ids_);
  }

  Served served_;
  std::vector<std::string> ids_;
};

TEST_F(SessionRequestIdTest, IsNewForEachRequest) {
  const auto ids = ids_of(get("/app") + get("/app"));
  ASSERT_EQ(ids.size(), 2U);
  for (const std::string& id : ids) EXPECT_THAT(id, MatchesRegex(new_one));
  EXPECT_NE(ids[0], ids[1]);
}

TEST_F(SessionRequestIdTest, IsNotMadeWhereNobodyAsks) {
  EXPECT_EQ(ids_of(get("/app") + get("/file"))[1], "");
}

TEST_F(SessionRequestIdTest, IsNotForClientsToChoose) {
  served_.trusted.push_back(*config::parse_network("10.0.0.0/8"));
  EXPECT_THAT(ids_of(get("/app", "X-Request-ID: mine\r\n")).at(0), MatchesRegex(new_one));
}

TEST_F(SessionRequestIdTest, IsThatOfATrustedProxy) {
  trust_peer();
  EXPECT_EQ(ids_of(get("/app", "X-Request-ID: given\r\n")).at(0), "given");
}

TEST_F(SessionRequestIdTest, IsNewWhereATrustedProxyGivesNoneThatIsAny) {
  trust_peer();
  for (const std::string& fields :
       {std::string(), std::string("X-Request-ID: a b\r\n"),
        std::string("X-Request-ID: a\r\nX-Request-ID: b\r\n"),
        "X-Request-ID: " + std::string(longest_request_id + 1, 'a') + "\r\n"}) {
    EXPECT_THAT(ids_of(get("/app", fields)).at(0), MatchesRegex(new_one)) << fields;
  }
}

// The call that answers later reads it, too.
TEST_F(SessionRequestIdTest, StaysWithTheExchange) {
  trust_peer();
  Peer client = served_.connect();
  served_.handler.answers["/later"] = [this](Exchange& exchange) {
    ids_.emplace_back(exchange.request_id());
    served_.keep(exchange);
  };
  served_.exchange(client, get("/later", "X-Request-ID: given\r\n"));
  served_.exchange(client, get("/app", "X-Request-ID: next\r\n"));
  EXPECT_EQ(served_.pending->exchange->request_id(), "given");
  served_.pending->answer(response_of(text_body("later")));
  served_.settle(client);
  EXPECT_EQ(ids_, (std::vector<std::string>{"given", "next"}));
}

}  // namespace
}  // namespace frontis::http
