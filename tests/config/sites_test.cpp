
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "malformed.h"

namespace frontis::config {
namespace {

const MalformedCase malformed_cases[] = {
    {"settings of a site that come later",
     R"yaml(sites:
  example.org:
    limits: {body: 1MiB}
    log: {access: off}
    tls: auto
    budget: 1MB
    /: {respond: 404}
)yaml",
     {"frontis.yaml:3:5: 'limits' is not available in this version: limits are set at the top, for "
      "all sites",
      "frontis.yaml:4:5: 'log' is not available in this version: the log is set at the top, for "
      "all sites",
      "frontis.yaml:5:5: 'tls' is not available in this version: put a server that speaks TLS in "
      "front of it",
      "frontis.yaml:6:5: 'budget' is not available in this version: the weight of pages is not "
      "measured yet"}},
    {"no site at all",
     R"yaml(sites: {}
)yaml",
     {"frontis.yaml:1:8: no site here; \"*\" is one for any host"}},
    {"sites that are a list",
     R"yaml(sites: [example.org]
)yaml",
     {"frontis.yaml:1:8: expected a mapping of host names, found a list"}},
    {"a route outside of a site",
     R"yaml(sites:
  /static/: {files: /}
)yaml",
     {"frontis.yaml:2:3: route '/static/' stands outside of a site; put it beneath a host name, or "
      "beneath \"*\" for every host"}},
    {"a site without routes",
     R"yaml(sites:
  example.org: {}
)yaml",
     {"frontis.yaml:2:3: site 'example.org' has no route"}},
    {"a site that is nothing",
     R"yaml(sites:
  example.org:
  example.net: {/: {respond: 404}}
)yaml",
     {"frontis.yaml:2:3: expected a mapping of routes such as /static/, found nothing"}},
    {"a host in two sites",
     R"yaml(sites:
  example.org www.example.org: {/: {respond: 404}}
  "*.example.org": {/: {respond: 404}}
  WWW.Example.ORG.: {/: {respond: 404}}
)yaml",
     {"frontis.yaml:4:3: host 'www.example.org' has a site already, at frontis.yaml:2:3"}},
    {"hosts that are not host names",
     R"yaml(sites:
  "https://example.org": {/: {respond: 404}}
  "example.org:8080": {/: {respond: 404}}
  "münchen.example": {/: {respond: 404}}
  "a..b": {/: {respond: 404}}
  "www.*.org, b": {/: {respond: 404}}
  "[::1": {/: {respond: 404}}
  " ": {/: {respond: 404}}
)yaml",
     {"frontis.yaml:2:3: 'https://example.org' is not a host name; write the host alone, without "
      "'http://'",
      "frontis.yaml:3:3: 'example.org:8080' is not a host name; ports belong to 'listen'",
      "frontis.yaml:4:3: 'münchen.example' is not a host name; write it in its ASCII form, xn--...",
      "frontis.yaml:5:3: 'a..b' is not a host name; expected example.org, *.example.org or *",
      "frontis.yaml:6:3: 'www.*.org,' is not a host name; expected example.org, *.example.org or *",
      "frontis.yaml:7:3: '[::1' is not a host name; expected example.org, *.example.org or *",
      "frontis.yaml:8:3: expected a host name such as example.org, found ' '"}},
    {"a route without its slash",
     R"yaml(sites:
  example.org:
    static/: {files: /}
    route: {files: /}
)yaml",
     {"frontis.yaml:3:5: unknown key 'static/'; did you mean '/static/'?",
      "frontis.yaml:4:5: unknown key 'route'; a site holds routes, which begin with '/'"}},
    {"routes that no request can have",
     R"yaml(sites:
  example.org:
    /a//b: {respond: 404}
    /a/../b: {respond: 404}
    /a/.: {respond: 404}
    /a?b=1: {respond: 404}
    "/a#b": {respond: 404}
    /a%20b: {respond: 404}
    /static/*: {respond: 404}
    "/a\tb": {respond: 404}
)yaml",
     {"frontis.yaml:3:5: route '/a//b' has an empty segment, which requests never have",
      "frontis.yaml:4:5: route '/a/../b' has a segment '.' or '..', which requests never have",
      "frontis.yaml:5:5: route '/a/.' has a segment '.' or '..', which requests never have",
      "frontis.yaml:6:5: route '/a?b=1' is a path: it has no query and no fragment",
      "frontis.yaml:7:5: route '/a#b' is a path: it has no query and no fragment",
      "frontis.yaml:8:5: route '/a%20b' is written decoded: as it reads, without '%'",
      "frontis.yaml:9:5: route '/static/*' is not a pattern: a path that ends in '/' stands for "
      "all that is below it",
      "frontis.yaml:10:5: route '/a\\x09b' holds a control byte"}},
    {"the same route twice",
     R"yaml(sites:
  example.org:
    /static/: {files: /}
    /static: {files: /}
    /static/: {files: /}
)yaml",
     {"frontis.yaml:5:5: key '/static/' is given twice; first at frontis.yaml:3:5"}},
    {"a route that is a text",
     R"yaml(sites:
  example.org:
    /: /srv/site
)yaml",
     {"frontis.yaml:3:8: expected an action such as {files: DIRECTORY}, found '/srv/site'"}},
    {"a route with no action in its list",
     R"yaml(sites:
  example.org:
    /: []
)yaml",
     {"frontis.yaml:3:8: expected at least one action, found an empty list"}},
    {"an action that is not a mapping",
     R"yaml(sites:
  example.org:
    /: [files]
)yaml",
     {"frontis.yaml:3:9: expected an action such as {files: DIRECTORY}, found 'files'"}},
    {"a mapping without an action",
     R"yaml(sites:
  example.org:
    /: {cache: 1h}
    /a: {file: /}
)yaml",
     {"frontis.yaml:3:8: no action here; one of files, app, respond, redirect, "
      "memcached is needed",
      "frontis.yaml:4:10: unknown key 'file'; did you mean 'files'?"}},
    {"two actions in one mapping",
     R"yaml(sites:
  example.org:
    /: {files: /, respond: 404}
)yaml",
     {"frontis.yaml:3:19: 'files' and 'respond' are two actions; write them as two items of a "
      "list"}},
    {"what is never reached",
     R"yaml(sites:
  example.org:
    /:
      - respond: 404
      - files: /
      - redirect: /new/
)yaml",
     {"frontis.yaml:5:9: 'files' is never reached: 'respond' at frontis.yaml:4:9 answers every "
      "request",
      "frontis.yaml:6:9: 'redirect' is never reached: 'respond' at frontis.yaml:4:9 answers every "
      "request"}},
    {"a route without a space after its colon",
     R"yaml(sites:
  "*":
    /:{respond: 404}
)yaml",
     {"frontis.yaml:3:5: route '/:{respond' holds a brace; is there a space missing?",
      "frontis.yaml:3:17: expected an action such as {files: DIRECTORY}, found '404}'"}},
};

INSTANTIATE_TEST_SUITE_P(Sites, Malformed, testing::ValuesIn(malformed_cases), case_name);

using testing::ElementsAre;

Settings load_good(const std::string& yaml) {
  Loaded loaded = load_text(yaml, "frontis.yaml");
  for (const Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::move(*loaded.settings) : Settings();
}

TEST(Sites, HaveTheirNamesInLowerCase) {
  const Settings settings = load_good(R"yaml(
sites:
  "Example.org  www.EXAMPLE.org.": {/: {respond: 404}}
  "*.example.org": {/: {respond: 404}}
  "[::1] 127.0.0.1 localhost": {/: {respond: 404}}
  "*": {/: {respond: 404}}
)yaml");
  ASSERT_EQ(settings.sites.size(), 4U);
  EXPECT_THAT(settings.sites[0].names, ElementsAre("example.org", "www.example.org"));
  EXPECT_THAT(settings.sites[1].names, ElementsAre("*.example.org"));
  EXPECT_THAT(settings.sites[2].names, ElementsAre("[::1]", "127.0.0.1", "localhost"));
  EXPECT_THAT(settings.sites[3].names, ElementsAre("*"));
  EXPECT_EQ(settings.sites[1].source, "frontis.yaml:4:3");
}

TEST(Sites, HoldRoutesThatArePrefixesOrExact) {
  const Settings settings = load_good(R"yaml(
sites:
  "*":
    /static/: {files: /}
    /static: {respond: 404}
    /.well-known/security.txt: {respond: 404}
    "/mein käse/": {respond: 404}
)yaml");
  ASSERT_EQ(settings.sites.size(), 1U);
  std::vector<std::pair<std::string, bool>> routes;
  for (const Route& route : settings.sites[0].routes) {
    routes.emplace_back(route.path, route.is_prefix());
  }
  EXPECT_THAT(routes, ElementsAre(std::pair("/static/", true), std::pair("/static", false),
                                  std::pair("/.well-known/security.txt", false),
                                  std::pair("/mein käse/", true)));
  EXPECT_EQ(settings.sites[0].routes[0].source, "frontis.yaml:4:5");
}

TEST(Sites, HaveActionsThatAreTriedInTheOrderWritten) {
  const Settings settings = load_good(R"yaml(
sites:
  "*":
    /:
      - {files: /, cache: 1h}
      - {files: /dev}
      - {redirect: "https://example.org$uri"}
)yaml");
  ASSERT_EQ(settings.sites.size(), 1U);
  const std::vector<Action>& chain = settings.sites[0].routes[0].chain;
  ASSERT_EQ(chain.size(), 3U);
  EXPECT_EQ(std::get<FilesAction>(chain[0]).root, "/");
  EXPECT_EQ(std::get<FilesAction>(chain[1]).root, "/dev");
  EXPECT_EQ(std::get<RedirectAction>(chain[2]).to, "https://example.org$uri");
}

TEST(Sites, MayShareRoutesThroughAnAlias) {
  const Settings settings = load_good(R"yaml(
sites:
  example.org: &routes
    /: {respond: 404}
  example.net: *routes
)yaml");
  ASSERT_EQ(settings.sites.size(), 2U);
  EXPECT_EQ(settings.sites[1].routes[0].path, "/");
}

}  // namespace
}  // namespace frontis::config
