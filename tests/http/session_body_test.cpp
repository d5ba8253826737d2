// Request bodies, which nobody here wants: they are taken off the connection, or end it.
#include <gtest/gtest.h>

#include "served.h"

namespace frontis::http {
namespace {

using net::Peer;

const std::string now = ok("now");
const std::string last = ok("now", "Connection: close\r\n");

std::string post(std::string_view path, std::string_view fields, std::string_view body) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}

std::string counted(std::string_view path, std::string_view body, std::string_view fields = {}) {
  const auto length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return post(path, length + std::string(fields), body);
}

std::string chunked(std::string_view path, std::string_view chunks) {
  return post(path, "Transfer-Encoding: chunked\r\n", chunks);
}

// A body that would be another request if it were read as one.
const std::string request_like = get("/smuggled");

TEST(SessionBody, IsNeverReadAsARequest) {
  const std::string requests[] = {
      counted("/now", request_like),
      counted("/now", net::pattern(200'000)),
      chunked("/now", "5\r\nGET /\r\n0\r\n\r\n"),
      chunked("/now", "3;extension\r\nGET\r\n0\r\nTrailer: GET / HTTP/1.1\r\n\r\n"),
      chunked("/now", "0\r\n\r\n"),
  };
  for (const std::string& request : requests) {
    for (const std::size_t piece : {request.size() / 3 + 1, request.size(), SIZE_MAX}) {
      Served served;
      Peer client = served.connect();
      // With SIZE_MAX the next request comes along.
      const std::string all = request + (piece == SIZE_MAX ? get("/now?next") : "");
      for (std::size_t at = 0; at < all.size();) {
        at += client.send_some(std::string_view(all).substr(at, piece));
        served.settle(client);
      }
      if (piece != SIZE_MAX) client.send(get("/now?next"));
      served.settle(client);
      EXPECT_EQ(undated(client.take_got()), now + now) << request.substr(0, 200);
      EXPECT_EQ(served.handler.paths, "/now /now ") << request.substr(0, 200);
      EXPECT_FALSE(client.has_ended());
    }
  }
}

TEST(SessionBody, MayComeBeforeAnAnswerThatComesLater) {
  for (const std::string& request :
       {counted("/later", request_like), chunked("/later", "5\r\nGET /\r\n0\r\n\r\n")}) {
    Served served;
    Peer client = served.connect();
    EXPECT_EQ(served.exchange(client, request + get("/now")), "");
    served.pending->answer(response_of(text_body("later")));
    served.settle(client);
    EXPECT_EQ(undated(client.take_got()), ok("later") + now);
    EXPECT_EQ(served.handler.paths, "/later /now ");
  }
}

TEST(SessionBody, MayComeAfterItsAnswer) {
  Served served;
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, post("/now", "Content-Length: 5\r\n", "")), now);
  EXPECT_EQ(served.exchange(client, "GET"), "");
  EXPECT_EQ(served.exchange(client, " /" + get("/now")), now);
}

TEST(SessionBody, WithBadFramingBehindItsAnswerEndsTheConnectionAfterIt) {
  Served served;
  Peer client = served.connect(net::tcp_pair());
  client.send(chunked("/now", "5\r\nGET /\r\n") + "x\r\n" + get("/now?smuggled"));
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(undated(client.take_got()), now);
  EXPECT_EQ(served.handler.paths, "/now ");
}

TEST(SessionBody, ThatIsTooLongToBeTakenEndsTheConnectionAfterItsAnswer) {
  Served served;
  Peer client = served.connect(net::tcp_pair());
  client.send(post("/now", "Content-Length: 50000000\r\n", "begins"));
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_FALSE(client.was_reset());
  EXPECT_EQ(undated(client.take_got()), last);
}

TEST(SessionBody, OfUnknownLengthIsTakenOnlyUpToABound) {
  Served served;
  Peer client = served.connect(net::tcp_pair());
  client.send(chunked("/now", ""));
  const std::string chunk = "8000\r\n" + std::string(0x8000, 'x') + "\r\n";
  std::size_t sent = 0;
  ASSERT_TRUE(served.hand.until([&] {
    sent += client.send_some(std::string_view(chunk).substr(sent % chunk.size()));
    client.take();
    return client.has_ended();
  }));
  EXPECT_EQ(undated(client.take_got()), now);
  EXPECT_GT(sent, 1024U * 1024);
}

TEST(SessionBody, IsNotWaitedForWhenTheClientAsksWhetherToSendIt) {
  Served served;
  Peer client = served.connect(net::tcp_pair());
  client.send(post("/now", "Content-Length: 5\r\nExpect: 100-continue\r\n", ""));
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_EQ(undated(client.take_got()), last);
  // It may come all the same, and is nobody's request.
  client.send_some("GET /" + get("/now?smuggled"));
  served.settle(client);
  EXPECT_EQ(served.handler.paths, "/now ");
  client.leave();
  EXPECT_TRUE(served.until_no_session());
}

TEST(SessionBody, ThatWasNotTakenIsForgottenWithItsConnection) {
  // The next connection gets the parts of the last one: none of the body must be left in them.
  const std::string requests[] = {
      post("/now", "Connection: close\r\nContent-Length: 500\r\n", "begins"),
      chunked("/now", "x"),
      post("/now", "Content-Length: 5\r\nExpect: 100-continue\r\n", ""),
      get("/now") + "GET / HTTP/1.1\r\nHost\r\n\r\n",
  };
  for (const std::string& request : requests) {
    Served served;
    Peer first = served.connect(net::tcp_pair());
    first.send(request);
    ASSERT_TRUE(served.until_ended(first));
    first.leave();
    Peer second = served.connect();
    EXPECT_EQ(served.exchange(second, get("/now") + get("/now")), now + now) << request;
    EXPECT_EQ(served.exchange(second, counted("/now", "GET /") + get("/now")), now + now);
    EXPECT_FALSE(second.has_ended());
  }
}

TEST(SessionBody, ThatIsCutShortTakesNoAnswerWithIt) {
  Served served;
  served.answer("/large", [] { return text_body(net::pattern(16'000)); });
  Peer client = served.connect();
  std::string wanted;
  std::string requests;
  for (int i = 0; i < 30; ++i) {
    requests += get("/large");
    wanted += ok(net::pattern(16'000));
  }
  client.send(requests + post("/large", "Content-Length: 500\r\n", "begins"));
  wanted += ok(net::pattern(16'000));
  client.end_sending();
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_EQ(undated(client.take_got()), wanted);
}

TEST(SessionBody, WaitsInTheKernelWhileItsAnswerIsNotThere) {
  Served served;
  Peer client = served.connect();
  client.send(post("/later", "Content-Length: 50000000\r\n", ""));
  const std::string much(100'000, 'x');
  std::size_t sent = 0;
  for (int i = 0; i < 200; ++i) {
    sent += client.send_some(much);
    served.hand.turn();
  }
  EXPECT_LT(sent, 2'000'000U);
  EXPECT_TRUE(served.pending->is_held);
}

}  // namespace
}  // namespace frontis::http
