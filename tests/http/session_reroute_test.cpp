// What an application may ask of the session beyond an answer: that another route answers, and who
// asks.
#include <gtest/gtest.h>

#include "config/network.h"
#include "taker.h"

namespace frontis::http {
namespace {

using net::Peer;

const std::string now = ok("now");

std::shared_ptr<const HeaderBlock> block(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  HeaderBlock head;
  for (const auto& [name, value] : fields) head.add(name, value);
  return std::make_shared<const HeaderBlock>(std::move(head));
}

// An internal file, which says what it was asked.
struct Protected {
  explicit Protected(Served& served, const std::string& path = "/internal/a b") {
    served.handler.answers[path] = [this](Exchange& exchange) {
      method = exchange.request().method;
      query = exchange.request().query();
      prefix_length = exchange.prefix_length;
      Response response = response_of(text_body("file"), status);
      response.head = head;
      response.max_age = 60;
      exchange.respond(std::move(response));
    };
  }
  int status = 200;
  std::shared_ptr<const HeaderBlock> head = block({{"Cache-Control", "no-cache"}, {"ETag", "x"}});
  Method method = Method::post;
  std::string query;
  std::size_t prefix_length = 0;
};

TEST(Reroute, AnswersWithAnInternalRoute) {
  Served served;
  Protected file(served);
  Peer client = served.connect();
  EXPECT_TRUE(served.exchange(client, get("/internal/a%20b")).starts_with("HTTP/1.1 404 "));
  const bool ways[] = {false, true};
  for (const bool is_later : ways) {
    served.handler.answers["/app"] = [&](Exchange& exchange) {
      if (is_later) return served.keep(exchange);
      exchange.reroute("/internal/a b", block({{"cache-control", "private"}, {"X", "y"}}));
    };
    client.send(get("/app?query") + get("/now"));
    served.settle(client);
    if (is_later) {
      EXPECT_EQ(client.got(), "");
      served.pending->exchange->reroute("/internal/a b",
                                        block({{"cache-control", "private"}, {"X", "y"}}));
      served.settle(client);
      EXPECT_FALSE(served.pending->is_held);
    }
    EXPECT_EQ(undated(client.take_got()),
              "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nETag: x\r\ncache-control: private\r\n"
              "X: y\r\n\r\nfile" +
                  now);
    EXPECT_EQ(file.method, Method::get);
    EXPECT_EQ(file.query, "query");
    EXPECT_EQ(file.prefix_length, 10U);
  }
}

TEST(Reroute, IsAGetUnlessItIsHead) {
  Served served;
  Protected file(served);
  take_at(served, "/app", {.then = [](Exchange& exchange, const Taken&) {
            exchange.reroute("/internal/a b", nullptr);
          }});
  Peer client = served.connect();
  EXPECT_TRUE(
      served
          .exchange(client,
                    "POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody" + get("/now"))
          .ends_with("file" + now));
  EXPECT_EQ(file.method, Method::get);
  EXPECT_TRUE(served.exchange(client, "HEAD /app HTTP/1.1\r\nHost: a\r\n\r\n")
                  .ends_with("ETag: x\r\n\r\n"));
  EXPECT_EQ(file.method, Method::head);
}

TEST(Reroute, KeepsTheFieldsOfAFileThatIsNotThereAndOfWhatHasPartsToItself) {
  Served served;
  Protected file(served);
  served.handler.answers["/app"] = [&](Exchange& exchange) {
    exchange.reroute("/internal/a b", block({{"Content-Type", "a/b"}, {"X", "y"}}));
  };
  Peer client = served.connect();
  file.status = 404;
  file.head = block({{"Content-Type", "text/plain"}});
  std::string got = served.exchange(client, get("/app"));
  EXPECT_NE(got.find("Content-Type: text/plain\r\n"), std::string::npos) << got;
  EXPECT_EQ(got.find("X: y"), std::string::npos) << got;
  file.status = 206;
  got = served.exchange(client, get("/app"));
  EXPECT_NE(got.find("Content-Type: a/b\r\n"), std::string::npos) << got;
  // Without its own type nobody could take the parts apart.
  file.head = block({{"Content-Type", "multipart/byteranges; boundary=z"}});
  got = served.exchange(client, get("/app"));
  EXPECT_NE(got.find("Content-Type: multipart/byteranges; boundary=z\r\n"), std::string::npos);
  EXPECT_EQ(got.find("a/b"), std::string::npos) << got;
  EXPECT_NE(got.find("X: y\r\n"), std::string::npos) << got;
}

TEST(Reroute, IsDoneOnceAndIsNotKeptForTheNextRequest) {
  Served served;
  served.handler.answers["/internal/loop"] = [](Exchange& exchange) {
    exchange.reroute("/internal/loop", nullptr);
  };
  served.handler.answers["/app"] = [](Exchange& exchange) {
    exchange.reroute("/internal/loop", block({{"X", "y"}}));
  };
  Peer client = served.connect();
  EXPECT_TRUE(served.exchange(client, get("/app")).starts_with("HTTP/1.1 500 "));
  EXPECT_EQ(served.exchange(client, get("/now")), now);
  served.handler.answers["/app"] = [](Exchange& exchange) { exchange.reroute("/now", nullptr); };
  EXPECT_EQ(served.exchange(client, get("/app") + get("/app")), now + now);
}

TEST(Reroute, IsForgottenWhenTheClientHasLeft) {
  Served served;
  Protected file(served);
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, get("/later")), "");
  Exchange& exchange = *served.pending->exchange;
  served.sessions.abort();
  exchange.reroute("/internal/a b", nullptr);
  EXPECT_EQ(file.method, Method::post) << "nobody was asked";
  EXPECT_EQ(exchange.take_body(), nullptr);
  EXPECT_EQ(exchange.server_port(), 0);
  EXPECT_EQ(exchange.server_address(), "");
  EXPECT_EQ(exchange.client().address, "");
  exchange.inform(103, nullptr);
  served.hand.turn();
}

TEST(ClientOfExchange, IsThePeerOrWhomATrustedPeerNames) {
  for (const bool trusts : {false, true}) {
    Served served;
    if (trusts) served.trusted.push_back(*config::parse_network("unix:"));
    served.records.client = trusts ? "192.0.2.7" : "unix:";
    Client seen;
    served.handler.answers["/who"] = [&](Exchange& exchange) {
      seen = exchange.client();
      EXPECT_EQ(&exchange.client(), &exchange.client());
      exchange.respond(response_of(text_body("you")));
    };
    Peer client = served.connect();
    const std::string fields =
        "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: b\r\n";
    served.exchange(client, get("/who", fields));
    EXPECT_EQ(seen.address, trusts ? "192.0.2.7" : "unix:");
    EXPECT_EQ(seen.scheme, trusts ? "https" : "http");
    EXPECT_EQ(seen.host, trusts ? "b" : "a");
    // Each request speaks for itself.
    served.records.client = "unix:";
    served.exchange(client, get("/who"));
    EXPECT_EQ(seen.address, "unix:");
    EXPECT_EQ(seen.scheme, "http");
    EXPECT_EQ(seen.host, "a");
  }
}

TEST(ClientOfExchange, KnowsWhereTheConnectionCameIn) {
  Served served;
  std::string where;
  served.handler.answers["/where"] = [&](Exchange& exchange) {
    where = std::string(exchange.server_address()) + " " +
            (exchange.server_port() > 0 ? "port" : "no port");
    exchange.respond(response_of(text_body("here")));
  };
  Peer local = served.connect();
  served.exchange(local, get("/where"));
  EXPECT_EQ(where, "unix: no port");
  Peer remote = served.connect(net::tcp_pair());
  served.exchange(remote, get("/where"));
  EXPECT_EQ(where, "127.0.0.1 port");
}

TEST(EndsWithClient, EndsTheExchangeOfAClientThatHasClosed) {
  struct Ending final : Call {
    explicit Ending(bool& held) : held_(held) { held_ = true; }
    ~Ending() override { held_ = false; }
    bool ends_with_client() const override { return true; }
    bool& held_;
  };
  for (const bool is_answered : {false, true}) {
    Served served;
    bool is_held = false;
    auto script = std::make_shared<net::Script>();
    script->pieces = {"some"};
    script->goes_on = true;
    served.handler.answers["/app"] = [&](Exchange& exchange) {
      exchange.hold(std::make_unique<Ending>(is_held));
      if (is_answered) exchange.respond(response_of(std::make_unique<net::ScriptedSource>(script)));
    };
    Peer client = served.connect();
    client.send(get("/app"));
    served.settle(client);
    ASSERT_TRUE(is_held);
    client.end_sending();
    ASSERT_TRUE(served.until_no_session());
    served.hand.turn();
    EXPECT_FALSE(is_held);
    ASSERT_EQ(served.records.all.size(), 1U);
    EXPECT_EQ(served.records.all.front().status, is_answered ? 200 : 499);
    EXPECT_FALSE(served.records.all.front().complete);
  }
}

}  // namespace
}  // namespace frontis::http
