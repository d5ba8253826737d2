// The hot path allocates nothing: a client that asks again and again on one connection costs the
// heap nothing once everything has its size. Allocations are counted by operator new, which this
// file replaces for the whole program, and only while a count goes on.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "http/fixed_handler.h"
#include "served.h"

namespace {

thread_local bool is_counting = false;
thread_local std::size_t allocations = 0;

void* counted(std::size_t size) {
  if (is_counting) ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}

void* counted_or_thrown(std::size_t size) {
  void* const memory = counted(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return counted_or_thrown(size); }
void* operator new[](std::size_t size) { return counted_or_thrown(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace frontis::http {
namespace {

class CountingRecorder final : public Recorder {
 public:
  void record(const Finished& finished) override { count += finished.complete ? 1 : 0; }
  int count = 0;
};

// Sends and receives without a copy of its own.
class SteadyClient {
 public:
  explicit SteadyClient(Descriptor socket) : socket_(std::move(socket)) {}
  void send(std::string_view request) {
    ASSERT_EQ(::send(socket_.number(), request.data(), request.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(request.size()));
  }
  std::size_t take() {
    const auto got = ::recv(socket_.number(), bytes_.data(), bytes_.size(), 0);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
  }

 private:
  Descriptor socket_;
  std::array<char, 64 * 1024> bytes_;
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
    sessions.add(std::make_unique<net::PlainStream>(std::move(pair.near)), net::Address(),
                 admission.admit(net::Address()));
    SteadyClient client(std::move(pair.far));
    exchange(client, requests, rounds);
    allocations = 0;
    is_counting = true;
    exchange(client, requests, rounds);
    is_counting = false;
    return allocations;
  }

  void exchange(SteadyClient& client, std::string_view requests, int rounds) {
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
  Sessions sessions{hand.loop, hand.timers, limits, router, &recorder};
};

constexpr std::string_view request =
    "GET /some/path?query HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: a browser with a "
    "name\r\n"
    "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Encoding: gzip, br, zstd\r\n"
    "Accept-Language: en\r\nCookie: session=0123456789abcdef0123456789abcdef\r\n\r\n";

TEST_F(Steady, CountsAllocationsAtAll) {
  allocations = 0;
  is_counting = true;
  const auto one = std::make_unique<int>(1);
  is_counting = false;
  EXPECT_EQ(allocations, 1U);
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
