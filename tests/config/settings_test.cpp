#include "config/settings.h"

#include <gtest/gtest.h>

namespace frontis::config {
namespace {

Listen tcp(std::string address, std::uint16_t port) {
  Listen out;
  out.address = std::move(address);
  out.port = port;
  return out;
}

TEST(Listen, IsWrittenAsAConfigurationWould) {
  EXPECT_EQ(tcp("", 8080).text(), "*:8080");
  EXPECT_EQ(tcp("127.0.0.1", 80).text(), "127.0.0.1:80");
  EXPECT_EQ(tcp("::1", 443).text(), "[::1]:443");
  Listen unix_socket;
  unix_socket.unix_path = "/run/x.sock";
  EXPECT_EQ(unix_socket.text(), "unix:/run/x.sock");
}

TEST(Listen, IsEqualWhereverItWasWritten) {
  Listen one = tcp("", 80);
  one.source = "a.yaml:1:1";
  EXPECT_EQ(one, tcp("", 80));
  EXPECT_FALSE(one == tcp("0.0.0.0", 80));
}

TEST(Backend, IsWrittenAsAConfigurationWould) {
  EXPECT_EQ((Backend{"localhost", 80, {}, ""}).text(), "localhost:80");
  EXPECT_EQ((Backend{"::1", 80, {}, ""}).text(), "[::1]:80");
  EXPECT_EQ((Backend{"", 0, "/run/x.sock", ""}).text(), "unix:/run/x.sock");
}

TEST(Route, IsInternalWhereOneOfItsFilesActionsSaysSo) {
  FilesAction internal;
  internal.internal = true;
  EXPECT_TRUE((Route{"/a/", {FilesAction(), internal}, ""}).is_internal());
  EXPECT_TRUE((Route{"/a/", {internal, RespondAction()}, ""}).is_internal());
  EXPECT_FALSE((Route{"/a/", {FilesAction(), AppAction()}, ""}).is_internal());
}

TEST(Route, IsAPrefixWhereItEndsInASlash) {
  EXPECT_TRUE((Route{"/static/", {}, ""}).is_prefix());
  EXPECT_FALSE((Route{"/robots.txt", {}, ""}).is_prefix());
}

}  // namespace
}  // namespace frontis::config
