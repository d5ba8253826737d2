// The hot path allocates nothing: a client that asks again and again on one connection costs the
// heap nothing once everything has its size.
#include <gtest/gtest.h>

#include "../base/allocation_count.h"
#include "../net/steady_client.h"
#include "http/fixed_handler.h"
#include "served.h"

namespace frontis::http {
namespace {

class CountingRecorder final : public Recorder {
 public:
  void record(const Finished& finished) override { count += finished.complete ? 1 : 0; }
  int count = 0;
};

class Steady : public testing::Test {
 protected:
  Steady() {
    site.names = {"www.example.org", "*"};
    site.routes.push_back({"/", {config::RespondAction{}}, ""});
    router.add(site, site.routes.front(), {&handler});
    router.seal();
  }

  // Allocations of `rounds` exchanges after as many that are not counted.
  std::size_t allocations_of(std::string_view requests, int rounds) {
    net::Pair pair = net::tcp_pair();
    sessions.add(net::PlainStream(std::move(pair.near)), admission.admit(net::Address()));
    net::SteadyClient client(std::move(pair.far));
    exchange(client, requests, rounds);
    begin_counting();
    exchange(client, requests, rounds);
    return end_counting();
  }

  void exchange(net::SteadyClient& client, std::string_view requests, int rounds) {
    for (int i = 0; i < rounds; ++i) {
      client.send(requests);
      std::size_t got = 0;
      for (int turns = 0; got == 0 && turns < 10'000; ++turns) {
        hand.turn();
        got = client.take();
      }
      ASSERT_GT(got, 0U);
    }
  }

  config::Limits limits;
  config::Site site;
  RespondHandler handler{config::RespondAction{200, "hello\n", "text/plain", {}}};
  Router router;
  CountingRecorder recorder;
  net::Admission admission{limits};
  net::HandTurned hand;
  std::vector<config::Network> trusted;
  Sessions sessions{hand.loop, hand.timers,
                    std::make_shared<const Rules>(Rules{limits, router, &recorder, trusted})};
};

constexpr std::string_view request =
    "GET /some/path?query HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: a browser with a "
    "name\r\n"
    "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Encoding: gzip, br, zstd\r\n"
    "Accept-Language: en\r\nCookie: session=0123456789abcdef0123456789abcdef\r\n\r\n";

TEST_F(Steady, CountsAllocationsAtAll) {
  begin_counting();
  const auto one = std::make_unique<int>(1);
  EXPECT_EQ(end_counting(), 1U);
}

TEST_F(Steady, ExchangesOnOneConnectionAllocateNothing) {
  EXPECT_EQ(allocations_of(request, 500), 0U);
  EXPECT_EQ(recorder.count, 1'000);
}

TEST_F(Steady, PipelinedExchangesAllocateNothing) {
  const std::string three = std::string(request) + std::string(request) + std::string(request);
  EXPECT_EQ(allocations_of(three, 300), 0U);
  EXPECT_EQ(recorder.count, 1'800);
}

}  // namespace
}  // namespace frontis::http
