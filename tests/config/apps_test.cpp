#include "config/apps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    at_top("apps that are a list", R"yaml(apps: [site]
)yaml",
           {"frontis.yaml:1:7: expected a mapping of apps by their names, found a list"}),
    at_top("an app that is an address", R"yaml(apps: {site: "127.0.0.1:8000"}
)yaml",
           {"frontis.yaml:1:14: expected a mapping such as {http: \"127.0.0.1:8000\"}, found "
            "'127.0.0.1:8000'"}),
    at_top("an app without a protocol", R"yaml(apps:
  site: {processes: 4}
  other: {}
  near: {htp: 8000}
)yaml",
           {"frontis.yaml:2:3: no protocol in app 'site'; one of http, uwsgi, fastcgi, scgi, wsgi "
            "is needed",
            "frontis.yaml:3:3: no protocol in app 'other'; one of http, uwsgi, fastcgi, scgi, "
            "wsgi is needed",
            "frontis.yaml:4:10: unknown key 'htp'; did you mean 'http'?"}),
    at_top("an app with two protocols", R"yaml(apps:
  site: {http: 8000, queue: 5, uwsgi: 8001}
)yaml",
           {"frontis.yaml:2:32: 'http' and 'uwsgi' are two protocols; an app has one"}),
    at_top("an ASGI app", R"yaml(apps:
  site: {asgi: "mysite.asgi:application"}
)yaml",
           {"frontis.yaml:2:10: ASGI applications are not started from here; start an ASGI server "
            "such as uvicorn and write its address: 'http: 127.0.0.1:8000'"}),
    at_top("an ASGI app beside a WSGI app", R"yaml(apps:
  site: {wsgi: mysite.wsgi, asgi: mysite.asgi}
)yaml",
           {"frontis.yaml:2:29: ASGI applications are not started from here; start an ASGI server "
            "such as uvicorn and write its address: 'http: 127.0.0.1:8000'"}),
    at_top("addresses that are none", R"yaml(apps:
  a: {http: "http://127.0.0.1:8000/"}
  b: {uwsgi: []}
  c: {fastcgi: {host: localhost}}
  d: {scgi: [4000, 127.0.0.1:4000]}
  e: {http: /run/x.sock}
)yaml",
           {"frontis.yaml:2:13: write the address alone, without 'http://': '127.0.0.1:8000'",
            "frontis.yaml:3:14: expected at least one address, found an empty list",
            "frontis.yaml:4:16: expected an address such as 127.0.0.1:8000, found a mapping",
            "frontis.yaml:5:20: '127.0.0.1:4000' is given twice; first at frontis.yaml:5:14",
            "frontis.yaml:6:13: expected an address with a port such as 127.0.0.1:8000 or "
            "localhost:8000, a port of this machine, or unix:/path, found '/run/x.sock'"}),
    at_top("keys of wsgi on another protocol", R"yaml(apps:
  site: {http: 8000, processes: 4, python: python3}
)yaml",
           {"frontis.yaml:2:22: 'processes' belongs to 'wsgi', not to 'http': this app is not "
            "started by frontis",
            "frontis.yaml:2:36: 'python' belongs to 'wsgi', not to 'http': this app is not "
            "started by frontis"}),
    at_top("keys that there are not", R"yaml(apps:
  site: {http: 8000, que: 4, colour: red}
  own: {wsgi: mysite.wsgi, proceses: 4, colour: red}
)yaml",
           {"frontis.yaml:2:22: unknown key 'que'; possible here: max_connections, queue, "
            "queue_timeout, wait, connect_timeout, answer_timeout, between_timeout, idle_timeout, "
            "params",
            "frontis.yaml:2:30: unknown key 'colour'; possible here: max_connections, queue, "
            "queue_timeout, wait, connect_timeout, answer_timeout, between_timeout, idle_timeout, "
            "params",
            "frontis.yaml:3:28: unknown key 'proceses'; did you mean 'processes'?",
            "frontis.yaml:3:41: unknown key 'colour'; possible here: wsgi, directory, python, "
            "processes, threads, env, max_requests, max_memory, reload_on, start_timeout, "
            "stop_timeout, queue, queue_timeout, wait, connect_timeout, answer_timeout, "
            "between_timeout, idle_timeout, params"}),
    at_top("numbers and times out of range", R"yaml(apps:
  site:
    http: 8000
    max_connections: 0
    queue: 1000001
    queue_timeout: 2h
    wait: 11m
    connect_timeout: 0s
    answer_timeout: 2d
    between_timeout: 1
    idle_timeout: never
)yaml",
           {"frontis.yaml:4:22: expected a number from 1 to 100000, found '0'",
            "frontis.yaml:5:12: expected a number from 0 to 1000000, found '1000001'",
            "frontis.yaml:6:20: expected a duration from 100ms to 1h, found '2h'",
            "frontis.yaml:7:11: expected a duration from 0s to 10m, found '11m'",
            "frontis.yaml:8:22: expected a duration from 10ms to 10m, found '0s'",
            "frontis.yaml:9:21: expected a duration from 100ms to 1d, found '2d'",
            "frontis.yaml:10:22: expected a duration such as 30s, 10m or 2y, found '1'",
            "frontis.yaml:11:19: expected a duration such as 30s, 10m or 2y, found 'never'"}),
    at_top("params that no protocol could carry", R"yaml(apps:
  a: {http: 8000, params: {"X Y": "1", Content-Length: "5", X-A: "a\r\nb", X-B: }}
  b: {uwsgi: 8000, params: {X-Site: a, CONTENT_LENGTH: "5", SITE: [a]}}
  c: {scgi: 8000, params: site}
)yaml",
           {"frontis.yaml:2:28: 'X Y' is not a name of a header field",
            "frontis.yaml:2:40: 'Content-Length' is written by the server itself",
            "frontis.yaml:2:66: the value of 'X-A' holds a control byte or a line break: "
            "'a\\x0d\\x0ab'",
            "frontis.yaml:2:76: expected a text; an empty one is \"\", found nothing",
            "frontis.yaml:3:29: 'X-Site' is not a name of a variable, such as SITE_NAME",
            "frontis.yaml:3:40: 'CONTENT_LENGTH' is written by the server itself",
            "frontis.yaml:3:67: expected a text; an empty one is \"\", found a list",
            "frontis.yaml:4:27: expected a mapping of names and values, found 'site'"}),
    at_top("names that no app has", R"yaml(apps:
  "my site": {http: 8000}
  "": {http: 8000}
)yaml",
           {"frontis.yaml:2:3: expected a name of letters, digits, '-', '_' and '.', found 'my "
            "site'",
            "frontis.yaml:3:3: expected a name of letters, digits, '-', '_' and '.', found ''"}),
    {"a route to an app that there is not",
     R"yaml(sites:
  example.org:
    /: {app: stie}
    /b/: {app: blog}
apps:
  site: {http: 8000}
  broken: {http: 8000, uwsgi: 8000}
)yaml",
     {"frontis.yaml:3:14: unknown app 'stie'; did you mean 'site'?",
      "frontis.yaml:4:16: unknown app 'blog'; possible here: site, broken",
      "frontis.yaml:7:24: 'http' and 'uwsgi' are two protocols; an app has one"}},
    {"a route to an app where there are none",
     R"yaml(sites:
  example.org:
    /: {app: site}
)yaml",
     {"frontis.yaml:3:14: unknown app 'site'; 'apps' at the top of the file has none"}},
    {"a route to an app with a fault of its own",
     R"yaml(apps:
  site: {http: 8000, processes: 4}
sites:
  example.org:
    /: {app: site}
)yaml",
     {"frontis.yaml:2:22: 'processes' belongs to 'wsgi', not to 'http': this app is not started by "
      "frontis"}},
};

INSTANTIATE_TEST_SUITE_P(Apps, Malformed, testing::ValuesIn(malformed_cases), case_name);

using std::chrono::milliseconds;
using testing::ElementsAre;

std::vector<App> load_apps(const std::string& yaml) {
  const Loaded loaded =
      load_text(yaml + "\nsites: {'*': {/: {respond: 404}}}\n", "/etc/frontis/frontis.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? loaded.settings->apps : std::vector<App>();
}

TEST(Apps, HaveDefaultsForAllButTheirAddress) {
  const std::vector<App> apps = load_apps("apps: {site: {http: 8000}}");
  ASSERT_EQ(apps.size(), 1U);
  const App& app = apps[0];
  EXPECT_EQ(app.name, "site");
  EXPECT_EQ(app.source, "/etc/frontis/frontis.yaml:1:8");
  ASSERT_EQ(app.addresses.size(), 1U);
  EXPECT_EQ(app.addresses[0].text(), "127.0.0.1:8000");
  EXPECT_EQ(app.addresses[0].source, "/etc/frontis/frontis.yaml:1:21");
  EXPECT_EQ(app.max_connections, 64U);
  EXPECT_EQ(app.queue, 1024U);
  EXPECT_EQ(app.wait, milliseconds(10'000));
  EXPECT_TRUE(app.params.empty());
}

TEST(Apps, AreOfTheProtocolThatTheirKeyNames) {
  const std::pair<const char*, Protocol> cases[] = {{"http: 8000", Protocol::http},
                                                    {"uwsgi: 8000", Protocol::uwsgi},
                                                    {"fastcgi: 8000", Protocol::fastcgi},
                                                    {"scgi: 8000", Protocol::scgi},
                                                    {"wsgi: mysite.wsgi", Protocol::wsgi}};
  for (const auto& [written, protocol] : cases) {
    const std::vector<App> apps = load_apps("apps: {a: {" + std::string(written) + "}}");
    ASSERT_EQ(apps.size(), 1U);
    EXPECT_EQ(apps[0].protocol, protocol);
    EXPECT_EQ(apps[0].addresses.empty(), protocol == Protocol::wsgi);
  }
}

TEST(Apps, TakeEachKey) {
  const std::vector<App> apps = load_apps(R"yaml(
apps:
  api:
    params: {SITE: "a b", EMPTY: ""}
    fastcgi: [8000, "localhost:8001", "unix:run/a.sock"]
    max_connections: 5
    queue: 0
    queue_timeout: 1s
    wait: 0s
    connect_timeout: 100ms
    answer_timeout: 2m
    between_timeout: 3m
    idle_timeout: 4s
  none:
    http: 1
)yaml");
  ASSERT_EQ(apps.size(), 2U);
  const App& app = apps[0];
  ASSERT_EQ(app.addresses.size(), 3U);
  EXPECT_EQ(app.addresses[1].text(), "localhost:8001");
  EXPECT_EQ(app.addresses[2].text(), "unix:/etc/frontis/run/a.sock");
  EXPECT_EQ(app.max_connections, 5U);
  EXPECT_EQ(app.queue, 0U);
  EXPECT_EQ(app.queue_timeout, milliseconds(1000));
  EXPECT_EQ(app.wait, milliseconds(0));
  EXPECT_EQ(app.connect_timeout, milliseconds(100));
  EXPECT_EQ(app.answer_timeout, milliseconds(120'000));
  EXPECT_EQ(app.between_timeout, milliseconds(180'000));
  EXPECT_EQ(app.idle_timeout, milliseconds(4000));
  EXPECT_THAT(app.params, ElementsAre(std::pair("SITE", "a b"), std::pair("EMPTY", "")));
  EXPECT_EQ(apps[1].idle_timeout, App().idle_timeout);
}

TEST(Apps, KeepIdleConnectionsToFastcgiForAShortTimeOnly) {
  const std::vector<App> apps = load_apps(
      "apps: {a: {fastcgi: 1}, b: {idle_timeout: 7s, fastcgi: 1}, c: {http: 1, idle_timeout: 0s}}");
  ASSERT_EQ(apps.size(), 3U);
  EXPECT_EQ(apps[0].idle_timeout, milliseconds(5000));
  EXPECT_EQ(apps[1].idle_timeout, milliseconds(7000));
  EXPECT_EQ(apps[2].idle_timeout, milliseconds(0));
}

TEST(Apps, MayBeUsedByNobodyAndStandBelowTheSites) {
  const Loaded loaded = load_text(
      "sites: {'*': {/: {app: site}}}\napps: {site: {http: 8000}, idle: {http: 8001}}", "a.yaml");
  EXPECT_TRUE(loaded.faults.empty());
}

}  // namespace
}  // namespace frontis::config
