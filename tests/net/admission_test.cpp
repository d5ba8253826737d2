#include "net/admission.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "addresses.h"

namespace frontis::net {
namespace {

config::Limits limits(std::uint32_t most, std::uint32_t most_per_client) {
  config::Limits limits;
  limits.connections = most;
  limits.connections_per_client = most_per_client;
  return limits;
}

TEST(Admission, RefusesWhatIsBeyondTheLimitOfAll) {
  Admission admission(limits(2, 0));
  auto first = admission.admit(v4("192.0.2.1"));
  auto second = admission.admit(Address());
  EXPECT_TRUE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(admission.admit(v4("192.0.2.3")));
  first = {};
  EXPECT_TRUE(admission.admit(v4("192.0.2.3")));
}

TEST(Admission, CountsEachClientByItself) {
  struct Case {
    Address client;
    Address same;   // counts as the same client
    Address other;  // does not
  };
  const Case cases[] = {
      {v4("192.0.2.1"), v4("192.0.2.1"), v4("192.0.2.2")},
      {v4("127.0.0.1"), v6("::ffff:127.0.0.1"), v6("::1")},
      {v6("::1"), v6("::1"), v4("127.0.0.1")},
      {v6("2001:db8::1"), v6("2001:db8::ffff:1"), v6("2001:db8:0:1::1")},
      {v6("2001:db8::1"), v6("2001:db8::2"), v4("32.1.13.184")},  // the same first four bytes
  };
  for (const auto& [client, same, other] : cases) {
    Address::Text text;
    Admission admission(limits(100, 2));
    auto first = admission.admit(client);
    auto second = admission.admit(same);
    EXPECT_TRUE(first && second) << client.text(text);
    EXPECT_FALSE(admission.admit(client)) << client.text(text);
    EXPECT_FALSE(admission.admit(same)) << client.text(text);
    EXPECT_TRUE(admission.admit(other)) << client.text(text);
    second = {};
    EXPECT_TRUE(admission.admit(client)) << client.text(text);
  }
}

TEST(Admission, CountsUnixClientsOnlyTogether) {
  Admission admission(limits(3, 1));
  std::vector<Admission::Ticket> tickets;
  for (int i = 0; i < 3; ++i) {
    tickets.push_back(admission.admit(Address()));
    EXPECT_TRUE(tickets.back());
  }
  EXPECT_FALSE(admission.admit(Address()));
}

TEST(Admission, GivesAPlaceBackOnceHoweverTheTicketMoves) {
  Admission admission(limits(2, 2));
  auto first = admission.admit(v4("192.0.2.1"));
  auto second = admission.admit(v4("192.0.2.1"));
  Admission::Ticket moved = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_FALSE(admission.admit(v4("192.0.2.1")));
  moved = std::move(second);  // gives back the first place, keeps the second
  auto third = admission.admit(v4("192.0.2.1"));
  EXPECT_TRUE(third);
  EXPECT_FALSE(admission.admit(v4("192.0.2.1")));
}

TEST(Admission, CountsAcrossThreads) {
  Admission admission(limits(1'000, 1'000));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 1'000; ++round) {
        auto one = admission.admit(v4("192.0.2.1"));
        auto two = admission.admit(v6("2001:db8::1"));
        EXPECT_TRUE(one && two);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<Admission::Ticket> tickets;
  for (int i = 0; i < 1'000; ++i) tickets.push_back(admission.admit(v4("192.0.2.1")));
  EXPECT_TRUE(tickets.back());
  EXPECT_FALSE(admission.admit(Address()));
}

}  // namespace
}  // namespace frontis::net
