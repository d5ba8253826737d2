#include "net/endpoint.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>

#include "loopback.h"

namespace frontis::net {
namespace {

config::Backend backend_at(std::string host, std::uint16_t port) {
  return {std::move(host), port, {}, "frontis.yaml:3:9"};
}

TEST(Resolve, TakesLiterals) {
  const auto four = resolve(backend_at("127.0.0.1", 8000));
  ASSERT_TRUE(four);
  ASSERT_EQ(four->size(), 1U);
  EXPECT_EQ(four->front().text(), "127.0.0.1:8000");
  EXPECT_FALSE(four->front().is_unix());
  const auto* address = reinterpret_cast<const sockaddr_in*>(four->front().address());
  EXPECT_EQ(address->sin_family, AF_INET);
  EXPECT_EQ(ntohs(address->sin_port), 8000);
  EXPECT_EQ(ntohl(address->sin_addr.s_addr), INADDR_LOOPBACK);
  EXPECT_EQ(four->front().length(), sizeof(sockaddr_in));

  const auto six = resolve(backend_at("::1", 8000));
  ASSERT_TRUE(six);
  ASSERT_EQ(six->size(), 1U);
  EXPECT_EQ(six->front().text(), "[::1]:8000");
  EXPECT_EQ(six->front().address()->sa_family, AF_INET6);
}

TEST(Resolve, TakesUnixSockets) {
  const auto found = resolve({"", 0, "/run/app.sock", "frontis.yaml:3:9"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_TRUE(found->front().is_unix());
  EXPECT_EQ(found->front().text(), "unix:/run/app.sock");
  const auto* address = reinterpret_cast<const sockaddr_un*>(found->front().address());
  EXPECT_STREQ(address->sun_path, "/run/app.sock");
  EXPECT_EQ(found->front().length(), offsetof(sockaddr_un, sun_path) + 14);
}

TEST(Resolve, NamesThePlaceOfANameThatIsUnknown) {
  const auto found = resolve(backend_at("no-such-host.invalid", 80));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::invalid);
  EXPECT_TRUE(found.error().message.starts_with(
      "frontis.yaml:3:9: no address for 'no-such-host.invalid': "))
      << found.error().message;
}

TEST(Endpoint, MayHaveAnAbstractName) {
  const Endpoint endpoint = Endpoint::abstract("frontis/1");
  EXPECT_EQ(endpoint.text(), "unix:@frontis/1");
  EXPECT_TRUE(endpoint.is_unix());
  const auto* address = reinterpret_cast<const sockaddr_un*>(endpoint.address());
  // Its length alone tells where the name ends.
  EXPECT_EQ(endpoint.length(), offsetof(sockaddr_un, sun_path) + 10);
  EXPECT_EQ(std::string(address->sun_path, 10), std::string("\0frontis/1", 10));
}

TEST(BeginConnect, IsRefusedAtOnceByAUnixSocketThatIsNotThere) {
  const auto none = begin_connect(Endpoint::abstract("frontis-nobody-" + std::to_string(getpid())));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::io);
  EXPECT_TRUE(none.error().message.starts_with("cannot connect to unix:@frontis-nobody-"));
}

TEST(BeginConnect, ConnectsToAUnixSocketUntilItsLineIsFull) {
  const Endpoint endpoint = Endpoint::abstract("frontis-full-" + std::to_string(getpid()));
  const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listener.number(), endpoint.address(), endpoint.length()), 0);
  ASSERT_EQ(::listen(listener.number(), 0), 0);
  const auto first = begin_connect(endpoint);
  ASSERT_TRUE(first);
  EXPECT_EQ(connect_result(first->number()), 0);
  const auto second = begin_connect(endpoint);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::exhausted) << second.error().message;
}

TEST(BeginConnect, TellsLaterThatAPortIsClosed) {
  // A port that was just given back.
  Loopback port = bound_to_loopback();
  port.socket.close();
  const Endpoint endpoint(port.where(), port.length(), "there");
  const auto socket = begin_connect(endpoint);
  if (!socket) {
    EXPECT_EQ(socket.error().kind, ErrorKind::io);
    return;
  }
  pollfd waited{socket->number(), POLLOUT, 0};
  ASSERT_EQ(::poll(&waited, 1, 10'000), 1);
  EXPECT_EQ(connect_result(socket->number()), ECONNREFUSED);
}

}  // namespace
}  // namespace frontis::net
