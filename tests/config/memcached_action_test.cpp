#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    {"memcached actions with faults",
     R"yaml(sites:
  example.org:
    /a: {memcached: "127.0.0.1:11211"}
    /b: {memcached: "memcached://localhost", key: a}
    /c: {memcached: 11211, key: "a b"}
    /d: {memcached: 11211, key: "page:$url"}
    /e: {memcached: 11211, key: $uri, type: html, timeout: 1m}
    /f: {memcached: 11211, key: $uri, stream: true, status: 301}
    /g: {memcached: 11211, key: }
)yaml",
     {"frontis.yaml:3:9: no 'key' here; expected a key such as page:$host$uri",
      "frontis.yaml:4:21: write the address alone, without 'memcached://': 'localhost'",
      "frontis.yaml:5:33: a key of memcached holds no spaces, found 'a b'",
      "frontis.yaml:6:33: only $uri, $path and $host are replaced, found 'page:$url'",
      "frontis.yaml:7:45: expected a media type such as text/html, found 'html'",
      "frontis.yaml:7:60: expected a duration from 1ms to 10s, found '1m'",
      "frontis.yaml:8:39: 'stream' belongs to 'app', not to 'memcached'",
      "frontis.yaml:8:53: 'status' belongs to 'redirect', not to 'memcached'",
      "frontis.yaml:9:28: expected a key such as page:$host$uri, found nothing"}},
    {"a key that is too long for memcached",
     "sites:\n  '*': {/: {memcached: 11211, key: " + std::string(201, 'a') + "}}\n",
     {"frontis.yaml:2:36: a key has at most 200 bytes"}},
};

INSTANTIATE_TEST_SUITE_P(MemcachedAction, Malformed, testing::ValuesIn(malformed_cases), case_name);

MemcachedAction read_action_text(const std::string& action) {
  const Loaded loaded =
      load_text("sites: {\"*\": {/: [" + action + ", {respond: 404}]}}", "frontis.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::get<MemcachedAction>(loaded.settings->sites[0].routes[0].chain[0])
                         : MemcachedAction{};
}

TEST(MemcachedAction, PassesOnAndHasDefaultsForAllButServerAndKey) {
  const MemcachedAction action = read_action_text("{memcached: 'cache:11211', key: 'p:$uri'}");
  EXPECT_EQ(action.server.text(), "cache:11211");
  EXPECT_EQ(action.server.source, "frontis.yaml:1:31");
  EXPECT_EQ(action.key, "p:$uri");
  EXPECT_EQ(action.type, "");
  EXPECT_EQ(action.timeout.count(), 200);
}

TEST(MemcachedAction, TakesEachKey) {
  const MemcachedAction action = read_action_text(
      "{memcached: 'unix:/run/m.sock', key: '$host:$path', type: text/html, timeout: 50ms, "
      "headers: {X-A: b}}");
  EXPECT_EQ(action.server.text(), "unix:/run/m.sock");
  EXPECT_EQ(action.key, "$host:$path");
  EXPECT_EQ(action.type, "text/html");
  EXPECT_EQ(action.timeout.count(), 50);
  EXPECT_THAT(action.headers, testing::ElementsAre(std::pair("X-A", "b")));
}

}  // namespace
}  // namespace frontis::config
