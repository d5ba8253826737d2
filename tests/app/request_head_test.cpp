#include "app/request_head.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "../net/hand_turned.h"
#include "asked.h"
#include "http/http1.h"

namespace frontis::app {
namespace {

class HeldExchange final : public http::Exchange {
 public:
  explicit HeldExchange(std::string_view line) {
    head_.append(line).append(" HTTP/1.1\r\nHost: Example.org\r\n\r\n");
    http::HeadParser parser(limits_);
    EXPECT_TRUE(parser.parse(head_, request_)) << head_;
    client_.address = "192.0.2.7";
    client_.scheme = "https";
    client_.host = "example.org";
  }
  void respond(http::Response) override {}
  // What a proxy has said.
  void say_host(std::string host) { client_.host = std::move(host); }
  std::string_view request_id() override { return "4bf92f35"; }

 private:
  config::Limits limits_;
  std::string head_;
};

// An application over SCGI, whose variables can be read as they are: name, NUL, value, NUL.
struct ScgiHouse {
  static config::App scgi_app() {
    config::App app;
    app.name = "site";
    app.protocol = config::Protocol::scgi;
    app.params = {{"GREETING", "hello"}};
    return app;
  }
  std::string head_of(std::string_view line, std::size_t prefix_length,
                      std::optional<std::uint64_t> length = 0) {
    HeldExchange exchange(line);
    exchange.prefix_length = prefix_length;
    const auto head = request_head(route, exchange, length, false);
    return head ? *head : "error: " + head.error().message;
  }
  // Its value in the last head; "none" where there is none.
  static std::string value_of(const std::string& name, const std::string& head) {
    const std::string before = std::string(1, '\0') + name + std::string(1, '\0');
    const std::size_t at = head.find(before);
    if (at == std::string::npos) return "none";
    return head.substr(at + before.size()).c_str();
  }

  net::HandTurned hand;
  config::App app = scgi_app();
  config::BufferSettings buffers;
  config::AppAction action;
  upstream::Balancer balancer{1};
  std::unique_ptr<Log> log = Log::silent();
  upstream::Pool pool{hand.loop, hand.timers, app, buffers, balancer, *log};
  Route route{action, app, &pool, nullptr, {}};
};

TEST(RequestHead, DividesThePathWhereTheRouteIsMounted) {
  struct Case {
    std::string_view target;
    std::size_t prefix_length;
    bool mount;
    std::string_view script_name;
    std::string_view path_info;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"/shop/cart?a=b", 6, false, "", "/shop/cart"},
           {"/shop/cart?a=b", 6, true, "/shop", "/cart"},
           {"/shop/", 6, true, "/shop", "/"},
           {"/shop", 1, true, "", "/shop"},  // an exact route has no prefix to move
           {"/cart", 1, true, "", "/cart"},
           {"/shop/a%20b%2Fc", 6, true, "/shop", "/a b/c"},
           {"/shop/a%20b", 6, false, "", "/shop/a b"},
           {"/shop/%C3%A9", 6, true, "/shop", "/\xc3\xa9"},
           {"/shop//a", 6, true, "/shop", "//a"},
           {"//shop/a", 6, true, "/shop", "/a"},  // as it was routed
           {"//shop/a", 6, false, "", "//shop/a"},
           {"/x/../shop/a", 6, true, "/shop", "/a"},
           {"/%73hop/a", 6, true, "/shop", "/a"},
       }) {
    SCOPED_TRACE(each.target);
    ScgiHouse house;
    house.action.mount = each.mount;
    const std::string head = house.head_of("GET " + std::string(each.target), each.prefix_length);
    EXPECT_EQ(ScgiHouse::value_of("SCRIPT_NAME", head), each.script_name);
    EXPECT_EQ(ScgiHouse::value_of("PATH_INFO", head), each.path_info);
    EXPECT_EQ(ScgiHouse::value_of("REQUEST_URI", head), each.target);
  }
}

TEST(RequestHead, SaysWhoAsksAndWhatTheAppIsToKnow) {
  ScgiHouse house;
  const std::string head = house.head_of("GET /a?b=c", 1);
  EXPECT_EQ(ScgiHouse::value_of("REMOTE_ADDR", head), "192.0.2.7");
  EXPECT_EQ(ScgiHouse::value_of("REQUEST_SCHEME", head), "https");
  EXPECT_EQ(ScgiHouse::value_of("QUERY_STRING", head), "b=c");
  EXPECT_EQ(ScgiHouse::value_of("GREETING", head), "hello");
  EXPECT_EQ(ScgiHouse::value_of("HTTP_X_REQUEST_ID", head), "4bf92f35");
}

TEST(RequestHead, FailsWhereTheProtocolHasNoRoomForIt) {
  ScgiHouse house;
  EXPECT_TRUE(house.head_of("GET /", 1, std::nullopt).starts_with("error: "));
  EXPECT_FALSE(house.head_of("GET /", 1, 5).starts_with("error: "));
}

TEST(KeyOf, IsThatOfWhatTheClientAskedFor) {
  HeldExchange one("GET /a?b");
  HeldExchange other("GET /a?c");
  EXPECT_NE(key_of(one), key_of(other));
  EXPECT_NE(key_of(one).find("https"), std::string::npos);
  EXPECT_NE(key_of(one).find("example.org"), std::string::npos);
}

TEST(KeyOf, HasTheHostThatTheAppSees) {
  HeldExchange exchange("GET /a");
  EXPECT_EQ(key_of(exchange), "example.org/a https");
  exchange.say_host("other.example");
  EXPECT_EQ(key_of(exchange), "other.example/a https example.org");
}

TEST(IsIdempotent, FollowsTheMethods) {
  using enum http::Method;
  for (const http::Method method : {get, head, put, delete_, options, trace}) {
    EXPECT_TRUE(is_idempotent(method)) << http::name_of(method);
  }
  for (const http::Method method : {post, patch, connect}) {
    EXPECT_FALSE(is_idempotent(method)) << http::name_of(method);
  }
}

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
