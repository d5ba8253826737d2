// What goes out for what comes in: answers, their order, and what becomes of the connection.
#include "http/session.h"

#include <gtest/gtest.h>

#include "served.h"

namespace frontis::http {
namespace {

using net::Pair;
using net::Peer;

const std::string now = ok("now");

class AnyConnection : public testing::TestWithParam<Pair (*)()> {
 protected:
  Served served;
  Peer client = served.connect(GetParam()());
};

TEST_P(AnyConnection, CarriesOneExchangeAfterTheOther) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(served.exchange(client, get("/now")), now);
  EXPECT_FALSE(client.has_ended());
}

TEST_P(AnyConnection, CarriesRequestsInPiecesOfAnySize) {
  const std::string requests = get("/now") + get("/now?second");
  for (const std::size_t size : {1U, 2U, 7U, 30U}) {
    for (std::size_t at = 0; at < requests.size(); at += size) {
      client.send(std::string_view(requests).substr(at, size));
      served.settle(client);
    }
    EXPECT_EQ(undated(client.take_got()), now + now) << size;
  }
}

TEST_P(AnyConnection, AnswersPipelinedRequestsInOrder) {
  served.answer("/file", [] { return net::file_body(net::pattern(100'000)); });
  served.answer("/large", [] { return text_body(net::pattern(100'000)); });
  const auto source = served.answer_with_source("/source");
  source->pieces = {"in ", "pieces"};
  client.send(get("/now") + get("/file") + get("/later") + get("/source") + get("/large") +
              get("/now"));
  served.settle(client);
  ASSERT_TRUE(served.pending);
  EXPECT_EQ(served.handler.paths, "/now /file /later ");
  served.pending->answer(response_of(text_body("later")));
  const std::string wanted =
      now + ok(net::pattern(100'000)) + ok("later") +
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nin \r\n6\r\npieces\r\n0\r\n\r\n" +
      ok(net::pattern(100'000)) + now;
  ASSERT_TRUE(served.until_got(client, wanted.size() + 6 * 37));
  EXPECT_EQ(undated(client.take_got()), wanted);
  EXPECT_FALSE(client.has_ended());
}

TEST_P(AnyConnection, LosesNoneOfVeryManyPipelinedRequests) {
  constexpr int many = 5'000;
  std::string requests;
  std::string wanted;
  for (int i = 0; i < many; ++i) {
    const std::string path = "/" + std::to_string(i);
    served.handler.answers[path] = [i](Exchange& exchange) {
      exchange.respond(response_of(text_body(std::to_string(i))));
    };
    requests += get(path);
    wanted += ok(std::to_string(i));
  }
  std::size_t sent = 0;
  ASSERT_TRUE(served.hand.until([&] {
    sent += client.send_some(std::string_view(requests).substr(sent));
    client.take();
    return client.got().size() >= wanted.size() + many * 37;
  }));
  EXPECT_EQ(undated(client.take_got()), wanted);
}

TEST_P(AnyConnection, AnswersAllThatAClientSentBeforeItsEnd) {
  served.answer("/large", [] { return text_body(net::pattern(300'000)); });
  client.send(get("/large") + get("/now"));
  client.end_sending();
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_EQ(undated(client.take_got()), ok(net::pattern(300'000)) + now);
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(served.sessions.size(), 0U);
}

TEST_P(AnyConnection, AnswersLateAlsoToAClientThatHasEndedItsSide) {
  client.send(get("/later"));
  client.end_sending();
  served.settle(client);
  served.pending->answer(response_of(text_body("later")));
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_EQ(undated(client.take_got()), ok("later"));
}

TEST_P(AnyConnection, EndsAfterARequestThatAsksForIt) {
  EXPECT_EQ(served.exchange(client, get("/now", "Connection: close\r\n")),
            ok("now", "Connection: close\r\n"));
  EXPECT_TRUE(client.has_ended());
  EXPECT_EQ(served.sessions.size(), 0U);
}

TEST_P(AnyConnection, ReadsNothingBehindTheLastRequest) {
  client.send(get("/now", "Connection: close\r\n") + get("/now?more"));
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_EQ(undated(client.take_got()), ok("now", "Connection: close\r\n"));
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(served.handler.paths, "/now ");
}

TEST_P(AnyConnection, DeliversTheLastAnswerThoughTheClientSendsOn) {
  served.handler.answers["/last"] = [](Exchange& exchange) {
    Response response = response_of(text_body(net::pattern(100'000)));
    response.close = true;
    exchange.respond(std::move(response));
  };
  client.send(get("/last"));
  served.hand.turn();
  client.send_some(get("/now"));  // still in the kernel when the answer is out
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(undated(client.take_got()), ok(net::pattern(100'000), "Connection: close\r\n"));
  client.send_some(get("/now"));
  client.leave();
  EXPECT_TRUE(served.until_no_session());
}

INSTANTIATE_TEST_SUITE_P(Sockets, AnyConnection, testing::Values(&net::unix_pair, &net::tcp_pair),
                         [](const auto& made) { return made.index == 0 ? "Unix" : "Tcp"; });

TEST(Session, AnswersARequestThatIsHereAlreadyWithoutWaitingForTheLoop) {
  Served served;
  net::Pair pair = net::unix_pair();
  Peer client(std::move(pair.far));
  client.send(get("/now", "Connection: close\r\n"));
  served.sessions.add(net::PlainStream(std::move(pair.near)),
                      served.admission.admit(net::Address()));
  client.take();
  EXPECT_EQ(undated(client.take_got()), ok("now", "Connection: close\r\n"));
  EXPECT_TRUE(served.until_no_session());
}

TEST(Session, WritesTheHeadThatTheMethodVersionAndStatusCallFor) {
  struct Case {
    std::string request;
    std::string path;
    std::string answer;
    bool goes_on;
  };
  const std::string close = "Connection: close\r\n";
  const Case cases[] = {
      {"HEAD /text HTTP/1.1\r\nHost: a\r\n\r\n", "/text",
       "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", true},
      {"HEAD /file HTTP/1.1\r\nHost: a\r\n\r\n", "/file",
       "HTTP/1.1 200 OK\r\nContent-Length: 50000\r\n\r\n", true},
      {"HEAD /source HTTP/1.1\r\nHost: a\r\n\r\n", "/source",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true},
      {get("/204"), "/204", "HTTP/1.1 204 No Content\r\n\r\n", true},
      {get("/304"), "/304", "HTTP/1.1 304 Not Modified\r\n\r\n", true},
      {get("/nothing"), "/nothing", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
      {get("/source"), "/source",
       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\ntext\r\n0\r\n\r\n", true},
      {get("/known"), "/known", ok("text"), true},
      {"GET /text HTTP/1.0\r\n\r\n", "/text", ok("text", close), false},
      {"GET /text HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "/text",
       ok("text", "Connection: keep-alive\r\n"), true},
      {"GET /source HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "/source",
       "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\ntext", false},
      {"GET /known HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "/known",
       ok("text", "Connection: keep-alive\r\n"), true},
      {"GET /204 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "/204",
       "HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n", true},
  };
  for (const auto& [request, path, answer, goes_on] : cases) {
    Served served;
    served.answer("/text", [] { return text_body("text"); });
    served.answer("/file", [] { return net::file_body(net::pattern(50'000)); });
    served.answer("/nothing", [] { return Body{}; });
    served.answer_with_source("/source")->pieces = {"text"};
    served.answer_with_source("/known", 4)->pieces = {"text"};
    for (const int status : {204, 304}) {
      served.handler.answers["/" + std::to_string(status)] = [status](Exchange& exchange) {
        exchange.respond(response_of(text_body("never sent"), status));
      };
    }
    Peer client = served.connect();
    EXPECT_EQ(served.exchange(client, request), answer) << request;
    EXPECT_EQ(client.has_ended(), !goes_on) << request;
    if (goes_on) {
      EXPECT_EQ(served.exchange(client, get("/now")), now) << request;
    }
  }
}

TEST(Session, WritesTheExpiresThatGoesWithALifetime) {
  Served served;
  served.handler.answers["/fresh"] = [](Exchange& exchange) {
    Response response = response_of(text_body("x"));
    response.max_age = 0;
    exchange.respond(std::move(response));
  };
  Peer client = served.connect();
  client.send(get("/fresh"));
  served.settle(client);
  const std::string got = client.take_got();
  const std::string date = got.substr(got.find("Date: ") + 6, 29);
  EXPECT_NE(got.find("Expires: " + date + "\r\n"), std::string::npos) << got;
}

TEST(Session, RefusesWhatItCannotReadAndEnds) {
  struct Case {
    std::string request;
    int status;
  };
  const Case cases[] = {
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"\x16\x03\x01", 400},
      {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505},
      {"GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(17'000, 'x') + "\r\n\r\n", 431},
      {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n", 413},
      {"PUT / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417},
  };
  for (const auto& [request, status] : cases) {
    Served served;
    Peer client = served.connect(net::tcp_pair());
    // The fault is found behind an answer and before a request, which neither disturbs.
    client.send(get("/now") + request);
    client.send_some(get("/now?behind"));
    ASSERT_TRUE(served.until_ended(client)) << request;
    EXPECT_FALSE(client.was_reset()) << request;
    const std::string got = undated(client.take_got());
    const std::string refusal = "HTTP/1.1 " + std::to_string(status) + " ";
    ASSERT_EQ(got.substr(0, now.size()), now) << request;
    EXPECT_EQ(got.substr(now.size(), refusal.size()), refusal) << request;
    EXPECT_NE(got.find("\r\nConnection: close\r\n"), std::string::npos) << request;
    EXPECT_EQ(got.find("HTTP/1.1 200", now.size()), std::string::npos) << request;
    EXPECT_EQ(served.handler.paths, "/now ") << request;
    client.leave();
    EXPECT_TRUE(served.until_no_session()) << request;
  }
}

TEST(Session, SkipsAnEmptyLineBeforeARequest) {
  Served served;
  Peer client = served.connect();
  client.send("\r\n");
  served.settle(client);
  EXPECT_EQ(served.exchange(client, get("/now") + "\r\n"), now);
  EXPECT_EQ(served.exchange(client, get("/now")), now);
}

TEST(Session, PassesOnUntilNobodyIsLeft) {
  Served served;
  Peer client = served.connect();
  const std::string got = served.exchange(client, get("/unknown") + get("/now"));
  EXPECT_EQ(got.substr(0, 24), "HTTP/1.1 404 Not Found\r\n");
  EXPECT_EQ(got.substr(got.size() - now.size()), now);
}

TEST(Session, KeepsARequestReadableForWhoeverAnswersLater) {
  Served served;
  Peer client = served.connect();
  client.send(get("/now") + get("/later?query", "X-Name: value\r\n"));
  served.settle(client);
  // What comes meanwhile moves the bytes that the request views.
  std::string more;
  for (int i = 0; i < 500; ++i) more += get("/now");
  client.send(more);
  served.settle(client);
  const Request& request = served.pending->exchange->request();
  EXPECT_EQ(request.target(), "/later?query");
  EXPECT_EQ(request.find("x-name"), "value");
  EXPECT_EQ(request.host(), "a");
  served.pending->answer(response_of(text_body("later")));
  served.settle(client);
  EXPECT_EQ(served.handler.paths.size(), 501 * 5 + 7U);
}

}  // namespace
}  // namespace frontis::http
