// Bodies that take their time, clients that do not read, and turns that must not be made in vain.
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>

#include "served.h"

namespace frontis::http {
namespace {

using net::Peer;

const std::string now = ok("now");
const std::string chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunks_taken_apart(std::string_view text) {
  std::string content;
  for (;;) {
    const std::size_t line = text.find("\r\n");
    if (line == std::string_view::npos) return content + "(cut)";
    const std::size_t size = std::stoul(std::string(text.substr(0, line)), nullptr, 16);
    if (size == 0) return content + std::string(text.substr(line + 4));
    content += text.substr(line + 2, size);
    text.remove_prefix(std::min(text.size(), line + 2 + size + 2));
  }
}

// Counts the file descriptors that the loop is told about in a few turns: none, unless somebody
// has a reason to be told.
class Quiet {
 public:
  explicit Quiet(Served& served) : served_(served) {}
  bool holds() {
    served_.hand.turn(5);
    using std::chrono::milliseconds;
    const auto end = std::chrono::steady_clock::now() + milliseconds(100);
    int woken = 0;
    for (auto time = end - milliseconds(100); time < end; time = std::chrono::steady_clock::now()) {
      pollfd loop{served_.hand.loop.descriptor(), POLLIN, 0};
      const auto left = std::chrono::ceil<milliseconds>(end - time);
      if (poll(&loop, 1, static_cast<int>(left.count())) != 1) continue;
      served_.hand.turn();
      ++woken;
    }
    // The wheel of timers turns ten times a second; a loop that is told of something over and over
    // is woken thousands of times.
    return woken <= 10;
  }

 private:
  Served& served_;
};

TEST(SessionFlow, SendsASourceAsItComes) {
  Served served;
  const auto source = served.answer_with_source("/source");
  source->pieces = {"first", "", "second", ""};
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, get("/source")), chunked_head + "5\r\nfirst\r\n");
  source->call_wake();
  served.settle(client);
  EXPECT_EQ(client.take_got(), "6\r\nsecond\r\n");
  source->call_wake();
  EXPECT_FALSE(source->destroyed_in_its_wake);
  served.settle(client);
  EXPECT_EQ(client.take_got(), "0\r\n\r\n");
  EXPECT_TRUE(source->destroyed);
  EXPECT_EQ(served.exchange(client, get("/now")), now);
}

TEST(SessionFlow, SendsAllOfASourceThatIsFasterThanItsTurn) {
  Served served;
  const std::string much = net::pattern(5'000'000);
  for (const bool known : {false, true}) {
    const auto source = known ? served.answer_with_source("/source", much.size())
                              : served.answer_with_source("/source");
    source->pieces = {much};
    net::Pair pair = net::tcp_pair();
    net::set_send_buffer(pair.near, 4'000'000);
    Peer client = served.connect(std::move(pair));
    client.send(get("/source", "Connection: close\r\n"));
    ASSERT_TRUE(served.until_ended(client));
    const std::string got = client.take_got();
    const std::string body = got.substr(got.find("\r\n\r\n") + 4);
    EXPECT_TRUE((known ? body : chunks_taken_apart(body)) == much) << known;
  }
}

TEST(SessionFlow, SendsAllOfABodyWhoseEndMeetsTheEndOfATurn) {
  for (int beside = -3; beside <= 3; ++beside) {
    Served served;
    const std::string much = net::pattern(static_cast<std::size_t>(512 * 1024 + beside));
    served.answer("/large", [&] { return text_body(much); });
    net::Pair pair = net::tcp_pair();
    net::set_send_buffer(pair.near, 4'000'000);
    Peer client = served.connect(std::move(pair));
    client.send(get("/large") + get("/now"));
    const std::string wanted = ok(much) + now;
    ASSERT_TRUE(served.until_got(client, wanted.size() + 2 * 37));
    EXPECT_TRUE(undated(client.take_got()) == wanted) << beside;
  }
}

TEST(SessionFlow, EndsTheConnectionWithoutTheLastChunkWhenASourceFails) {
  Served served;
  const auto source = served.answer_with_source("/source");
  source->pieces = {"half"};
  source->fails = true;
  Peer client = served.connect(net::tcp_pair());
  client.send(get("/source") + get("/now"));
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_EQ(client.got().find("\r\n0\r\n"), std::string::npos);
  EXPECT_EQ(served.handler.paths, "/source ");
  EXPECT_EQ(served.records.all.size(), 1U);
  EXPECT_FALSE(served.records.all.front().complete);
}

TEST(SessionFlow, EndsTheConnectionWhenASourceIsShorterThanItsHeadSaid) {
  Served served;
  served.answer_with_source("/source", 100)->pieces = {"too short"};
  Peer client = served.connect(net::tcp_pair());
  client.send(get("/source") + get("/now"));
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_EQ(served.handler.paths, "/source ");
  EXPECT_FALSE(served.records.all.front().complete);
}

TEST(SessionFlow, SendsNoMoreOfASourceThanItsHeadSaid) {
  Served served;
  const auto source = served.answer_with_source("/source", 5);
  source->pieces = {"12", "345HTTP/1.1 200 OK\r\n\r\n"};
  Peer client = served.connect();
  EXPECT_EQ(served.exchange(client, get("/source") + get("/now")), ok("12345") + now);
  EXPECT_TRUE(source->destroyed);
}

TEST(SessionFlow, ResetsWhenOnlyThatTellsThatABodyIsNotWhole) {
  Served served;
  const auto source = served.answer_with_source("/source");
  source->pieces = {"half", ""};
  source->fails = true;
  Peer client = served.connect(net::tcp_pair());
  client.send("GET /source HTTP/1.0\r\n\r\n");
  served.settle(client);
  EXPECT_TRUE(client.got().ends_with("\r\n\r\nhalf"));
  source->call_wake();
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_TRUE(client.was_reset());
}

TEST(SessionFlow, EndsTheConnectionWhenAFileBecomesShorter) {
  Served served;
  const auto file = net::file_of(net::pattern(100'000));
  ASSERT_EQ(::ftruncate(file->number(), 50'000), 0);
  served.answer("/file", [&] { return FileSlice{file, 0, 100'000}; });
  Peer client = served.connect(net::tcp_pair());
  client.send(get("/file") + get("/now"));
  ASSERT_TRUE(served.until_ended(client));
  EXPECT_EQ(served.handler.paths, "/file ");
  EXPECT_EQ(served.records.all, (std::vector<Records::Record>{{"/file", 200, 50'000, false}}));
}

TEST(SessionFlow, IsQuietWhileNothingCanHappen) {
  struct Case {
    std::string name;
    std::function<void(Served&, Peer&)> act;
  };
  const Case cases[] = {
      {"an idle connection", [](Served&, Peer&) {}},
      {"one after an exchange",
       [](Served& served, Peer& client) { served.exchange(client, get("/now")); }},
      {"half a head", [](Served&, Peer& client) { client.send("GET / HT"); }},
      {"a call", [](Served&, Peer& client) { client.send(get("/later")); }},
      {"a call whose client has ended its side",
       [](Served&, Peer& client) {
         client.send(get("/later"));
         client.end_sending();
       }},
      {"a call whose client has left",
       [](Served& served, Peer& client) {
         client.send(get("/later"));
         served.settle(client);
         client.leave();
       }},
      {"a call with much behind it",
       [](Served& served, Peer& client) {
         client.send(get("/later"));
         for (int i = 0; i < 50; ++i) {
           client.send_some(std::string(50'000, 'x'));
           served.hand.turn();
         }
       }},
      {"a call with much behind it whose client has left",
       [](Served& served, Peer& client) {
         client.send(get("/later"));
         for (int i = 0; i < 50; ++i) {
           client.send_some(std::string(50'000, 'x'));
           served.hand.turn();
         }
         client.leave();
       }},
      {"a client that does not read", [](Served&, Peer& client) { client.send(get("/large")); }},
      {"a client that does not read and has ended its side",
       [](Served&, Peer& client) {
         client.send(get("/large"));
         client.end_sending();
       }},
      {"a pending source", [](Served&, Peer& client) { client.send(get("/source")); }},
      {"a pending source whose client has ended its side",
       [](Served&, Peer& client) {
         client.send(get("/source"));
         client.end_sending();
       }},
      {"a body that does not come",
       [](Served&, Peer& client) {
         client.send("POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
       }},
      {"a refused client", [](Served&, Peer& client) { client.send("nonsense\r\n\r\n"); }},
  };
  const std::string much = net::pattern(8'000'000);
  for (const auto& [name, act] : cases) {
    for (const auto pair : {&net::unix_pair, &net::tcp_pair}) {
      Served served;
      served.answer("/large", [&] { return text_body(much); });
      served.answer_with_source("/source")->goes_on = true;
      Peer client = served.connect(pair());
      act(served, client);
      EXPECT_TRUE(Quiet(served).holds()) << name;
    }
  }
}

TEST(SessionFlow, HoldsBackRequestsWhileTheirAnswersAreNotRead) {
  Served served;
  served.answer("/some", [] { return text_body(net::pattern(10'000)); });
  Peer client = served.connect();
  std::string requests;
  for (int i = 0; i < 1'000; ++i) requests += get("/some");
  std::size_t sent = 0;
  for (int i = 0; i < 200; ++i) {
    sent += client.send_some(std::string_view(requests).substr(sent));
    served.hand.turn();
  }
  // Some are answered into the kernel's buffer and ours, and then no more.
  EXPECT_LT(served.handler.paths.size(), 6U * 200);
  ASSERT_TRUE(served.hand.until([&] {
    sent += client.send_some(std::string_view(requests).substr(sent));
    client.take();
    return served.handler.paths.size() == 6U * 1'000;
  }));
}

TEST(SessionFlow, LetsOthersHaveTheirTurn) {
  // Its peer reads as fast as it is sent to, so nothing but the session's own bound ends a turn.
  Served served;
  served.answer("/large", [] { return net::file_body(net::pattern(400'000)); });
  net::Pair pair = net::tcp_pair();
  net::set_send_buffer(pair.near, 100'000'000);
  Peer client = served.connect(std::move(pair));
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += get("/large");
  client.send(requests);
  std::size_t before = 0;
  int turns = 0;
  while (served.records.all.size() < 20 && turns < 10'000) {
    served.hand.turn();
    client.take();
    EXPECT_LE(served.records.all.size() - before, 4U);
    before = served.records.all.size();
    ++turns;
  }
  EXPECT_EQ(served.records.all.size(), 20U);
}

}  // namespace
}  // namespace frontis::http
