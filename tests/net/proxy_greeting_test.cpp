#include "net/proxy_greeting.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "addresses.h"
#include "hand_turned.h"
#include "peer.h"

namespace frontis::net {
namespace {

using namespace std::string_literals;

const std::string line = "PROXY TCP4 192.0.2.7 192.0.2.1 4711 443\r\n";
const std::string local = "\r\n\r\n\0\r\nQUIT\n\x20\x00\x00\x00"s;

struct House : HandTurned {
  struct Guest {
    Descriptor socket;
    Address client;
  };

  explicit House(ProxyGreetings::Bounds bounds = {})
      : greetings(
            loop, timers, *log,
            [this](Descriptor socket, const Address& client) {
              guests.push_back({std::move(socket), client});
            },
            bounds) {}

  // Somebody who comes by `pair` from 198.51.100.1.
  Peer comes(Pair pair) {
    greetings.add(std::move(pair.near), v4("198.51.100.1"));
    return Peer(std::move(pair.far));
  }
  [[nodiscard]] bool ends_for(Peer& peer) {
    return until([&peer] {
      peer.take();
      return peer.has_ended();
    });
  }

  std::unique_ptr<Log> log = Log::silent();
  std::vector<Guest> guests;
  ProxyGreetings greetings;
};

std::string text_of(const Address& address) {
  Address::Text text;
  return std::string(address.text(text)) + " " + std::to_string(address.port());
}

std::string read_from(const Descriptor& socket) {
  char bytes[100];
  const auto got = ::recv(socket.number(), bytes, sizeof bytes, 0);
  return got > 0 ? std::string(bytes, static_cast<std::size_t>(got)) : "";
}

TEST(ProxyGreetings, HandOnTheSocketWithTheRealClient) {
  House house;
  Peer peer = house.comes(tcp_pair());
  peer.send(line + "GET / HTTP/1.1\r\n");
  ASSERT_TRUE(house.until([&] { return !house.guests.empty(); }));
  EXPECT_EQ(text_of(house.guests[0].client), "192.0.2.7 4711");
  EXPECT_EQ(read_from(house.guests[0].socket), "GET / HTTP/1.1\r\n");
  EXPECT_EQ(house.greetings.waiting(), 0U);
}

TEST(ProxyGreetings, NeverRunInsideTheCallThatAddsThem) {
  House house;
  Pair pair = unix_pair();
  Peer peer(std::move(pair.far));
  peer.send(line);
  house.greetings.add(std::move(pair.near), Address());
  EXPECT_TRUE(house.guests.empty());
  EXPECT_TRUE(house.until([&] { return !house.guests.empty(); }));
}

TEST(ProxyGreetings, ReadTheHeaderHoweverItComes) {
  House house;
  Peer peer = house.comes(unix_pair());
  for (const char byte : line.substr(0, line.size() - 1)) {
    peer.send({&byte, 1});
    house.turn(2);
  }
  EXPECT_TRUE(house.guests.empty());
  EXPECT_EQ(house.greetings.waiting(), 1U);
  peer.send("\nrest");
  ASSERT_TRUE(house.until([&] { return !house.guests.empty(); }));
  EXPECT_EQ(text_of(house.guests[0].client), "192.0.2.7 4711");
  EXPECT_EQ(read_from(house.guests[0].socket), "rest");
}

TEST(ProxyGreetings, TakeThePeerForTheClientWhenTheHeaderNamesNobody) {
  for (const std::string& header : {"PROXY UNKNOWN\r\n"s, local}) {
    House house;
    Peer peer = house.comes(unix_pair());
    peer.send(header + "x");
    ASSERT_TRUE(house.until([&] { return !house.guests.empty(); }));
    EXPECT_EQ(text_of(house.guests[0].client), "198.51.100.1 40000");
    EXPECT_EQ(read_from(house.guests[0].socket), "x");
  }
}

TEST(ProxyGreetings, CloseWhatDoesNotBeginWithAHeader) {
  House house;
  Peer peer = house.comes(unix_pair());
  peer.send("GET / HTTP/1.1\r\n");
  EXPECT_TRUE(house.ends_for(peer));
  EXPECT_TRUE(house.guests.empty());
  EXPECT_EQ(house.greetings.waiting(), 0U);
}

TEST(ProxyGreetings, ForgetWhoLeavesBeforeItsHeaderIsWhole) {
  for (const std::string& sent : {""s, "PROXY TC"s}) {
    House house;
    Peer peer = house.comes(tcp_pair());
    if (!sent.empty()) peer.send(sent);
    peer.leave();
    EXPECT_TRUE(house.until([&] { return house.greetings.waiting() == 0; }));
    EXPECT_TRUE(house.guests.empty());
  }
}

TEST(ProxyGreetings, EndTheirConnectionsWhenTheyEnd) {
  Pair pair = unix_pair();
  Peer peer(std::move(pair.far));
  {
    House house;
    house.greetings.add(std::move(pair.near), Address());
    house.turn();
  }
  peer.take();
  EXPECT_TRUE(peer.has_ended());
}

TEST(ProxyGreetings, CloseWhoDoesNotSpeakInTime) {
  House house({.patience = std::chrono::milliseconds(1)});
  Peer peer = house.comes(unix_pair());
  peer.send("PROXY TC");
  EXPECT_TRUE(house.ends_for(peer));
  EXPECT_EQ(house.greetings.waiting(), 0U);
}

TEST(ProxyGreetings, DoNotLetAnyNumberWait) {
  House house({.waiting = 2});
  Peer first = house.comes(unix_pair());
  Peer second = house.comes(unix_pair());
  Peer third = house.comes(unix_pair());
  EXPECT_TRUE(house.ends_for(third));
  EXPECT_EQ(house.greetings.waiting(), 2U);
  first.send(line);
  EXPECT_TRUE(house.until([&] { return house.guests.size() == 1; }));
  EXPECT_EQ(house.greetings.waiting(), 1U);
}

}  // namespace
}  // namespace frontis::net
