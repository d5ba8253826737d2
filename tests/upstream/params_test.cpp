#include "upstream/params.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>

#include "made_outgoing.h"

namespace frontis::upstream {
namespace {

using Map = std::map<std::string, std::string>;

Map variables(const Outgoing& outgoing) {
  Map map;
  const Params params(outgoing);
  for (const auto& [name, value] : params.pairs()) {
    EXPECT_TRUE(map.emplace(name, value).second) << name << " comes twice";
  }
  return map;
}

// The value of a variable, or "none".
std::string variable(const MadeOutgoing& made, const std::string& name) {
  const Map map = variables(made.outgoing);
  const auto found = map.find(name);
  return found == map.end() ? "none" : found->second;
}

TEST(Params, DescribeARequest) {
  MadeOutgoing made(
      "POST /app/a%20b/c?d=%20e HTTP/1.1|Host: www.example.org|Content-Type: text/plain|"
      "Content-Length: 5|Accept: */*|X-Some-Thing: x");
  made.outgoing.script_name = "/app";
  made.outgoing.path_info = "/a b/c";
  made.outgoing.content_length = 5;
  const Map expected{
      {"CONTENT_LENGTH", "5"},
      {"CONTENT_TYPE", "text/plain"},
      {"GATEWAY_INTERFACE", "CGI/1.1"},
      {"HTTP_ACCEPT", "*/*"},
      {"HTTP_FORWARDED", "for=192.0.2.7;host=\"www.example.org\";proto=http"},
      {"HTTP_HOST", "www.example.org"},
      {"HTTP_X_FORWARDED_FOR", "192.0.2.7"},
      {"HTTP_X_FORWARDED_HOST", "www.example.org"},
      {"HTTP_X_FORWARDED_PORT", "80"},
      {"HTTP_X_FORWARDED_PROTO", "http"},
      {"HTTP_X_REAL_IP", "192.0.2.7"},
      {"HTTP_X_SOME_THING", "x"},
      {"PATH_INFO", "/a b/c"},
      {"QUERY_STRING", "d=%20e"},
      {"REMOTE_ADDR", "192.0.2.7"},
      {"REMOTE_PORT", "50123"},
      {"REQUEST_METHOD", "POST"},
      {"REQUEST_SCHEME", "http"},
      {"REQUEST_URI", "/app/a%20b/c?d=%20e"},
      {"SCRIPT_NAME", "/app"},
      {"SERVER_NAME", "www.example.org"},
      {"SERVER_PORT", "80"},
      {"SERVER_PROTOCOL", "HTTP/1.1"},
      {"SERVER_SOFTWARE", "frontis"},
  };
  EXPECT_EQ(variables(made.outgoing), expected);
  EXPECT_EQ(Params(made.outgoing).pairs().front().first, "CONTENT_LENGTH");
}

TEST(Params, SayHowLongTheBodyIsWhereThatIsKnown) {
  MadeOutgoing made("GET / HTTP/1.1|Host: a");
  EXPECT_EQ(variable(made, "CONTENT_LENGTH"), "0");
  made.outgoing.content_length = 18446744073709551615U;
  EXPECT_EQ(variable(made, "CONTENT_LENGTH"), "18446744073709551615");
  made.outgoing.content_length.reset();
  EXPECT_EQ(variable(made, "CONTENT_LENGTH"), "none");
}

TEST(Params, NameTheServerAsTheClientDid) {
  struct Case {
    std::string_view head;
    std::string_view scheme;
    std::string_view server_address;
    std::string_view name, port;
  };
  for (const Case& each : std::initializer_list<Case>{
           {"GET / HTTP/1.1|Host: a.example", "http", "10.0.0.1", "a.example", "80"},
           {"GET / HTTP/1.1|Host: a.example", "https", "10.0.0.1", "a.example", "443"},
           {"GET / HTTP/1.1|Host: a.example:81", "https", "10.0.0.1", "a.example", "81"},
           {"GET / HTTP/1.1|Host: [::1]:81", "http", "10.0.0.1", "[::1]", "81"},
           {"GET http://b.example:82/ HTTP/1.1|Host: a", "http", "10.0.0.1", "b.example", "82"},
           {"GET / HTTP/1.0", "http", "10.0.0.1", "10.0.0.1", "8080"},
           {"GET / HTTP/1.0", "http", "::1", "[::1]", "8080"},
           {"GET / HTTP/1.0", "http", "unix:/run/x", "localhost", "8080"},
           {"GET / HTTP/1.0", "http", "", "localhost", "8080"},
       }) {
    SCOPED_TRACE(each.head);
    MadeOutgoing made(each.head);
    made.client.scheme = each.scheme;
    made.client.host = "forwarded.example";  // what a proxy said is not what we are
    made.outgoing.server_address = each.server_address;
    EXPECT_EQ(variable(made, "SERVER_NAME"), each.name);
    EXPECT_EQ(variable(made, "SERVER_PORT"), each.port);
  }
  MadeOutgoing unbound("GET / HTTP/1.0");
  unbound.outgoing.server_port = 0;
  EXPECT_EQ(variable(unbound, "SERVER_PORT"), "80");
}

TEST(Params, TellOfTheClientAndItsScheme) {
  MadeOutgoing made("GET / HTTP/1.0|Host: a");
  EXPECT_EQ(variable(made, "HTTPS"), "none");
  EXPECT_EQ(variable(made, "SERVER_PROTOCOL"), "HTTP/1.0");
  made.client.scheme = "https";
  made.client.address = "2001:db8::1";
  made.client.port = 0;
  made.client.chain = "10.0.0.1";
  EXPECT_EQ(variable(made, "HTTPS"), "on");
  EXPECT_EQ(variable(made, "REQUEST_SCHEME"), "https");
  EXPECT_EQ(variable(made, "REMOTE_ADDR"), "2001:db8::1");
  EXPECT_EQ(variable(made, "REMOTE_PORT"), "none");
  EXPECT_EQ(variable(made, "HTTP_X_FORWARDED_FOR"), "2001:db8::1, 10.0.0.1");
}

TEST(Params, NameTheRequest) {
  MadeOutgoing made("GET / HTTP/1.1|Host: a|X-Request-ID: own|X_Request_ID: own|X-Request_ID: own");
  EXPECT_EQ(variable(made, "HTTP_X_REQUEST_ID"), "none");
  made.outgoing.request_id = "ours";
  EXPECT_EQ(variable(made, "HTTP_X_REQUEST_ID"), "ours");
  made.set({{"HTTP_X_REQUEST_ID", "of the configuration"}});
  EXPECT_EQ(variable(made, "HTTP_X_REQUEST_ID"), "of the configuration");
}

TEST(Params, GiveTheTargetInOriginForm) {
  EXPECT_EQ(variable(MadeOutgoing("GET http://a/b?c HTTP/1.1|Host: a"), "REQUEST_URI"), "/b?c");
  EXPECT_EQ(variable(MadeOutgoing("GET http://a HTTP/1.1|Host: a"), "REQUEST_URI"), "/");
  EXPECT_EQ(variable(MadeOutgoing("GET http://a?b HTTP/1.1|Host: a"), "REQUEST_URI"), "/?b");
  EXPECT_EQ(variable(MadeOutgoing("OPTIONS * HTTP/1.1|Host: a"), "REQUEST_URI"), "*");
  EXPECT_EQ(variable(MadeOutgoing("GET /?a?b HTTP/1.1|Host: a"), "QUERY_STRING"), "a?b");
  EXPECT_EQ(variable(MadeOutgoing("GET / HTTP/1.1|Host: a"), "QUERY_STRING"), "");
}

TEST(Params, JoinFieldsThatCameSeveralTimes) {
  const MadeOutgoing made(
      "GET / HTTP/1.1|Host: a|X-A: 1|Cookie: a=b|x-a: 2|cookie: c=d|X-a: |Accept: x");
  EXPECT_EQ(variable(made, "HTTP_X_A"), "1, 2, ");
  EXPECT_EQ(variable(made, "HTTP_COOKIE"), "a=b; c=d");
}

TEST(Params, CannotBeSetByClients) {
  const MadeOutgoing made(
      "GET / HTTP/1.1|Host: a|Proxy: x|Proxy_: y|X_Forwarded_For: 6.6.6.6|X-Forwarded-For: 6.6.6.6|"
      "X.Forwarded.For: 6.6.6.6|X-Real_IP: 6.6.6.6|Remote-User: u|Remote-Addr: v|Https: on|"
      "Request-Method: DELETE|Content_Length: 9|X-Forwarded-Proto: https");
  const Map map = variables(made.outgoing);
  EXPECT_EQ(map.at("HTTP_X_FORWARDED_FOR"), "192.0.2.7");
  EXPECT_EQ(map.at("HTTP_X_FORWARDED_PROTO"), "http");
  EXPECT_EQ(map.at("HTTP_X_REAL_IP"), "192.0.2.7");
  EXPECT_EQ(map.at("REMOTE_ADDR"), "192.0.2.7");
  EXPECT_EQ(map.at("REQUEST_METHOD"), "GET");
  EXPECT_EQ(map.at("HTTP_REMOTE_USER"), "u");
  EXPECT_EQ(map.at("HTTP_REMOTE_ADDR"), "v");
  for (const char* name : {"HTTP_PROXY", "HTTP_PROXY_", "REMOTE_USER", "HTTPS",
                           "HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE"}) {
    EXPECT_EQ(map.count(name), 0U) << name;
  }
}

TEST(Params, AreReplacedByThoseOfTheApp) {
  MadeOutgoing made("GET / HTTP/1.1|Host: a|X-Key: theirs");
  made.set({{"SERVER_NAME", "b"},
            {"HTTP_X_KEY", "ours"},
            {"SCRIPT_FILENAME", "/srv/index.php"},
            {"SCRIPT_FILENAME", "/srv/last.php"},
            {"REMOTE_USER", "me"},
            {"CONTENT_LENGTH", "77"},
            {"", "x"},
            {"NUL", std::string("a\0b", 3)}});
  const Map map = variables(made.outgoing);
  EXPECT_EQ(map.at("SERVER_NAME"), "b");
  EXPECT_EQ(map.at("HTTP_X_KEY"), "ours");
  EXPECT_EQ(map.at("SCRIPT_FILENAME"), "/srv/last.php");
  EXPECT_EQ(map.at("REMOTE_USER"), "me");
  EXPECT_EQ(map.at("CONTENT_LENGTH"), "0");
  EXPECT_EQ(map.count(""), 0U);
  EXPECT_EQ(map.count("NUL"), 0U);
}

TEST(Params, HoldManyAndLongFields) {
  std::string head = "GET / HTTP/1.1|Host: a";
  for (int i = 0; i < 90; ++i) {
    head += "|X-" + std::to_string(i) + ": " + std::string(120, static_cast<char>('a' + i % 26));
  }
  const Map map = variables(MadeOutgoing(head).outgoing);
  for (int i = 0; i < 90; ++i) {
    EXPECT_EQ(map.at("HTTP_X_" + std::to_string(i)),
              std::string(120, static_cast<char>('a' + i % 26)));
  }
}

}  // namespace
}  // namespace frontis::upstream
