#include "net/listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "hand_turned.h"
#include "loopback.h"

namespace frontis::net {
namespace {

using testing::HasSubstr;

config::Listen tcp(const std::string& address, std::uint16_t port = 0) {
  config::Listen listen;
  listen.address = address;
  listen.port = port;
  listen.source = "frontis.yaml:3:9";
  return listen;
}

std::uint16_t port_of(const Descriptor& socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &length);
  sockaddr_in v4{};
  std::memcpy(&v4, &address, sizeof v4);  // the port lies at the same place in IPv6
  return ntohs(v4.sin_port);
}

Descriptor connected_v4(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    socket.close();
  }
  return socket;
}

Descriptor connected_v6(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  address.sin6_port = htons(port);
  if (::connect(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    socket.close();
  }
  return socket;
}

Descriptor connected_unix(const std::filesystem::path& path) {
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (::connect(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    socket.close();
  }
  return socket;
}

bool this_machine_has_ipv6() {
  const auto sockets = open_listeners(tcp("::1"), 1);
  return sockets.has_value();
}

// Accepts, and keeps what it accepted.
class Door {
 public:
  explicit Door(HandTurned& hand, Descriptor socket)
      : listener(hand.loop, hand.timers, *log_, std::move(socket),
                 [this](Descriptor accepted, const Address& peer) {
                   Address::Text text;
                   peers.emplace_back(peer.text(text));
                   sockets.push_back(std::move(accepted));
                 }) {}

  std::vector<std::string> peers;
  std::vector<Descriptor> sockets;

 private:
  std::unique_ptr<Log> log_ = Log::silent();

 public:
  Listener listener;
};

class Listening : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = "/tmp/frontis-listener-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  config::Listen unix_socket(const std::string& name) const {
    config::Listen listen;
    listen.unix_path = folder / name;
    listen.source = "frontis.yaml:3:9";
    return listen;
  }

  HandTurned hand;
  std::filesystem::path folder;
};

TEST_F(Listening, AcceptsClientsOfIpv4) {
  auto sockets = open_listeners(tcp("127.0.0.1"), 1);
  ASSERT_TRUE(sockets) << sockets.error().message;
  const auto port = port_of(sockets->front());
  Door door(hand, std::move(sockets->front()));
  const auto client = connected_v4(port);
  ASSERT_TRUE(client.is_open());
  ASSERT_TRUE(hand.until([&] { return door.peers.size() == 1; }));
  EXPECT_EQ(door.peers.front(), "127.0.0.1");
  const int accepted = door.sockets.front().number();
  EXPECT_TRUE(::fcntl(accepted, F_GETFL) & O_NONBLOCK);
  EXPECT_TRUE(::fcntl(accepted, F_GETFD) & FD_CLOEXEC);
  int no_delay = 0;
  socklen_t length = sizeof no_delay;
  ::getsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &no_delay, &length);
  EXPECT_EQ(no_delay, 1);
}

TEST_F(Listening, AcceptsClientsOfIpv6Alone) {
  if (!this_machine_has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  auto sockets = open_listeners(tcp("::1"), 1);
  ASSERT_TRUE(sockets) << sockets.error().message;
  const auto port = port_of(sockets->front());
  Door door(hand, std::move(sockets->front()));
  const auto client = connected_v6(port);
  ASSERT_TRUE(hand.until([&] { return door.peers.size() == 1; }));
  EXPECT_EQ(door.peers.front(), "::1");
  EXPECT_FALSE(connected_v4(port).is_open());
}

TEST_F(Listening, AcceptsBothFamiliesWithoutAnAddress) {
  auto sockets = open_listeners(tcp(""), 1);
  ASSERT_TRUE(sockets) << sockets.error().message;
  const auto port = port_of(sockets->front());
  Door door(hand, std::move(sockets->front()));
  const auto first = connected_v4(port);
  ASSERT_TRUE(hand.until([&] { return door.peers.size() == 1; }));
  EXPECT_EQ(door.peers.front(), "127.0.0.1");
  if (!this_machine_has_ipv6()) return;
  const auto second = connected_v6(port);
  ASSERT_TRUE(hand.until([&] { return door.peers.size() == 2; }));
  EXPECT_EQ(door.peers.back(), "::1");
}

TEST_F(Listening, SpreadsOneAddressOverManySockets) {
  const auto port = port_of(open_listeners(tcp("127.0.0.1"), 1)->front());
  const auto sockets = open_listeners(tcp("127.0.0.1", port), 3);
  ASSERT_TRUE(sockets) << sockets.error().message;
  EXPECT_EQ(sockets->size(), 3U);
  for (const auto& socket : *sockets) EXPECT_EQ(port_of(socket), port);
}

TEST_F(Listening, SaysThatAnAddressIsInUseEvenByAServerThatShares) {
  const auto first = open_listeners(tcp("127.0.0.1"), 1);
  const auto port = port_of(first->front());
  const auto second = open_listeners(tcp("127.0.0.1", port), 2);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::io);
  EXPECT_THAT(second.error().message, HasSubstr("frontis.yaml:3:9: cannot listen on 127.0.0.1:"));
  EXPECT_THAT(second.error().message, HasSubstr("in use; stop the other server"));
}

TEST_F(Listening, SaysThatAnAddressIsNotOfThisMachine) {
  for (const char* address : {"192.0.2.1", "2001:db8::1", "not an address"}) {
    const auto sockets = open_listeners(tcp(address), 1);
    ASSERT_FALSE(sockets);
    EXPECT_THAT(sockets.error().message, HasSubstr("cannot listen on"));
  }
}

TEST_F(Listening, AcceptsClientsOfAUnixSocketOnEachOfItsCopies) {
  const auto listen = unix_socket("s");
  auto sockets = open_listeners(listen, 2);
  ASSERT_TRUE(sockets) << sockets.error().message;
  ASSERT_EQ(sockets->size(), 2U);
  struct stat file {};
  ASSERT_EQ(::stat(listen.unix_path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0666U);
  sockets->front().close();
  Door door(hand, std::move(sockets->back()));
  const auto client = connected_unix(listen.unix_path);
  ASSERT_TRUE(hand.until([&] { return door.peers.size() == 1; }));
  EXPECT_EQ(door.peers.front(), "unix:");
}

TEST_F(Listening, TakesTheFileOfASocketThatNobodyAnswers) {
  const auto listen = unix_socket("s");
  { const auto dead = open_listeners(listen, 1); }
  ASSERT_TRUE(std::filesystem::exists(listen.unix_path));
  const auto sockets = open_listeners(listen, 1);
  ASSERT_TRUE(sockets) << sockets.error().message;
  EXPECT_TRUE(connected_unix(listen.unix_path).is_open());
}

TEST_F(Listening, LeavesTheSocketOfARunningServerAlone) {
  const auto listen = unix_socket("s");
  const auto running = open_listeners(listen, 1);
  const auto sockets = open_listeners(listen, 1);
  ASSERT_FALSE(sockets);
  EXPECT_THAT(sockets.error().message, HasSubstr("in use"));
  EXPECT_TRUE(connected_unix(listen.unix_path).is_open());
}

TEST_F(Listening, NeverRemovesWhatIsNoSocket) {
  const auto listen = unix_socket("precious");
  std::ofstream(listen.unix_path) << "content";
  const auto link = unix_socket("link");
  std::filesystem::create_symlink(listen.unix_path, link.unix_path);
  for (const auto& place : {listen, link}) {
    const auto sockets = open_listeners(place, 1);
    ASSERT_FALSE(sockets);
    EXPECT_THAT(sockets.error().message, HasSubstr("is not a socket"));
    EXPECT_TRUE(std::filesystem::exists(place.unix_path));
  }
  EXPECT_EQ(std::filesystem::file_size(listen.unix_path), 7U);
}

TEST_F(Listening, SaysThatThePathOfASocketIsTooLongOrNowhere) {
  const auto too_long = open_listeners(unix_socket(std::string(120, 'x')), 1);
  ASSERT_FALSE(too_long);
  EXPECT_THAT(too_long.error().message, HasSubstr("too long"));
  const auto nowhere = open_listeners(unix_socket("no/such/folder"), 1);
  ASSERT_FALSE(nowhere);
  EXPECT_THAT(nowhere.error().message, HasSubstr("No such file"));
}

TEST_F(Listening, TakesAtItsEndWhoeverIsWaitingAndNobodyElse) {
  auto sockets = open_listeners(tcp("127.0.0.1"), 1);
  const auto port = port_of(sockets->front());
  Door door(hand, std::move(sockets->front()));
  std::vector<Descriptor> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(connected_v4(port));
  EXPECT_TRUE(door.peers.empty());
  door.listener.finish();
  EXPECT_EQ(door.peers.size(), 100U);
  clients.push_back(connected_v4(port));
  hand.turn(3);
  EXPECT_EQ(door.peers.size(), 100U);
}

TEST_F(Listening, LetsOthersHaveTheirTurnInAFloodOfClients) {
  auto sockets = open_listeners(tcp("127.0.0.1"), 1);
  const auto port = port_of(sockets->front());
  Door door(hand, std::move(sockets->front()));
  std::vector<Descriptor> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(connected_v4(port));
  hand.turn();
  EXPECT_GT(door.peers.size(), 0U);
  EXPECT_LT(door.peers.size(), 100U);
  EXPECT_TRUE(hand.until([&] { return door.peers.size() == 100; }));
}

TEST_F(Listening, RestsWhenItCannotAcceptAndTriesAgain) {
  // A socket that does not listen yet fails as one does whose process is out of descriptors.
  Loopback bound = bound_to_loopback(SOCK_NONBLOCK);
  const int number = bound.socket.number();
  const auto port = bound.port();
  Door door(hand, std::move(bound.socket));
  hand.turn(3);
  EXPECT_EQ(door.peers.size(), 0U);
  ASSERT_EQ(::listen(number, 1), 0);
  const auto client = connected_v4(port);
  ASSERT_TRUE(client.is_open());
  hand.turn();
  EXPECT_EQ(door.peers.size(), 0U);
  EXPECT_TRUE(hand.until([&] { return door.peers.size() == 1; }));
}

}  // namespace
}  // namespace frontis::net
