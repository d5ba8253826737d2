#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    {"an app action with keys of the app and of others",
     R"yaml(apps: {site: {http: 8000}}
sites:
  example.org:
    /a: {app: site, wait: 10s}
    /b: {app: site, processes: 4}
    /c: {app: site, cache: 1h}
    /d: {app: site, steam: true}
    /e: {app: [site]}
)yaml",
     {"frontis.yaml:4:21: 'wait' belongs to the app itself, in 'apps'",
      "frontis.yaml:5:21: 'processes' belongs to the app itself, in 'apps'",
      "frontis.yaml:6:21: 'cache' belongs to 'files', not to 'app'",
      "frontis.yaml:7:21: unknown key 'steam'; did you mean 'stream'?",
      "frontis.yaml:8:15: expected the name of an app, found a list"}},
    {"an app action with values that mean nothing",
     R"yaml(apps: {site: {http: 8000}}
sites:
  example.org:
    /a/: {app: site, mount: 1}
    /b: {app: site, stream: maybe}
    /c: {app: site, cache_responses: 10}
    /d: {app: site, cache_responses: 500ms}
    /e: {app: site, cache_responses: 2y}
    /f: {app: site, headers: {ETag: a}}
)yaml",
     {"frontis.yaml:4:29: expected true or false, found '1'",
      "frontis.yaml:5:29: expected true or false, found 'maybe'",
      "frontis.yaml:6:38: expected a duration such as 30s, 10m or 2y, found '10'",
      "frontis.yaml:7:38: expected a duration of whole seconds, found '500ms'",
      "frontis.yaml:8:38: expected a duration from 0s to 1y, found '2y'",
      "frontis.yaml:9:31: 'ETag' is made from the file itself"}},
    {"an app that is mounted at one path",
     R"yaml(apps: {site: {http: 8000}}
sites:
  example.org:
    /a: {app: site, mount: true}
    /b/: {app: site, mount: true}
    /c: {app: site, mount: false}
)yaml",
     {"frontis.yaml:4:5: an app is mounted below a path that ends in '/': '/a/'"}},
    {"what stands behind an app",
     R"yaml(apps: {site: {http: 8000}}
sites:
  example.org:
    /: [{app: site}, {respond: 404}]
)yaml",
     {"frontis.yaml:4:23: 'respond' is never reached: 'app' at frontis.yaml:4:10 answers every "
      "request"}},
};

INSTANTIATE_TEST_SUITE_P(AppAction, Malformed, testing::ValuesIn(malformed_cases), case_name);

AppAction read_action_text(const std::string& action) {
  const Loaded loaded = load_text(
      "apps: {site: {http: 8000}}\nsites: {\"*\": {/: [{files: /}, " + action + "]}}", "a.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::get<AppAction>(loaded.settings->sites[0].routes[0].chain[1])
                         : AppAction{};
}

TEST(AppAction, HasDefaultsForAllButItsName) {
  const AppAction action = read_action_text("{app: site}");
  EXPECT_EQ(action.app, "site");
  EXPECT_FALSE(action.mount);
  EXPECT_FALSE(action.stream);
  EXPECT_EQ(action.cache_responses.count(), 0);
  EXPECT_TRUE(action.headers.empty());
}

TEST(AppAction, TakesEachKey) {
  const AppAction action = read_action_text(
      "{app: site, mount: true, stream: true, cache_responses: 1m, headers: {X-A: b}}");
  EXPECT_TRUE(action.mount);
  EXPECT_TRUE(action.stream);
  EXPECT_EQ(action.cache_responses.count(), 60);
  EXPECT_THAT(action.headers, testing::ElementsAre(std::pair("X-A", "b")));
}

}  // namespace
}  // namespace frontis::config
