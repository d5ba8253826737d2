#include "app/request_head.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>

#include "asked.h"

namespace frontis::app {
namespace {

TEST(RequestHead, OnlyAWebsocketBecomesATunnel) {
  struct Row {
    int line;
    std::string_view request;
    std::string_view fields;
    bool expected;
  };
  constexpr std::string_view get = "GET / HTTP/1.1";
  constexpr auto rows = std::to_array<Row>({
      {__LINE__, get, "Connection: Upgrade\r\nUpgrade: websocket\r\n", true},
      {__LINE__, get, "connection: keep-alive, UPGRADE\r\nupgrade: WebSocket\r\n", true},
      {__LINE__, get, "Connection: close\r\nConnection: upgrade\r\nUpgrade: websocket\r\n", true},
      {__LINE__, get, "Upgrade: websocket\r\n", false},
      {__LINE__, get, "Connection: Upgrade\r\n", false},
      {__LINE__, get, "Connection: keep-alive\r\nUpgrade: websocket\r\n", false},
      {__LINE__, get, "Connection: Upgrade\r\nUpgrade: h2c\r\n", false},
      {__LINE__, get, "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n", false},
      {__LINE__, get, "Connection: Upgrade\r\nUpgrade: h2c\r\nUpgrade: websocket\r\n", false},
      {__LINE__, get, "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n", false},
      {__LINE__, "POST / HTTP/1.1", "Connection: Upgrade\r\nUpgrade: websocket\r\n", false},
      {__LINE__, "GET / HTTP/1.0", "Connection: Upgrade\r\nUpgrade: websocket\r\n", false},
  });
  for (const Row& row : rows) {
    SCOPED_TRACE(row.line);
    EXPECT_EQ(asks_for_websocket(Asked(row.request, row.fields).get()), row.expected);
  }
}

}  // namespace
}  // namespace frontis::app
