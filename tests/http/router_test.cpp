#include "http/router.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "base/text.h"

namespace frontis::http {
namespace {

config::Route route(std::string path) {
  config::Route made;
  made.path = std::move(path);
  made.chain.emplace_back(config::RespondAction{});
  return made;
}

config::Site site(std::vector<std::string> names, const std::vector<std::string>& paths) {
  config::Site made;
  made.names = std::move(names);
  for (const std::string& path : paths) made.routes.push_back(route(path));
  return made;
}

Router router_of(const std::vector<config::Site>& sites) {
  Router router;
  for (const config::Site& each : sites) {
    router.add(each);
    for (const config::Route& known : each.routes) router.add(each, known, {});
  }
  router.seal();
  return router;
}

// "site route", or "-" for none.
std::string found(const Router& router, std::string_view host, std::string_view path) {
  const Router::Target* const target = router.find(host, path);
  if (!target) return "-";
  return std::string(target->site) + " " + std::string(target->route);
}

const std::vector<config::Site> sites = {
    site({"www.example.org", "example.org"},
         {"/", "/static/", "/static/css/", "/static/css/site.css", "/robots.txt", "/static",
          "/media/a/b/c/", "/media/", "/sta/", "/exact"}),
    site({"*.example.org"}, {"/"}),
    site({"*.deep.example.org"}, {"/", "/d/"}),
    site({"only.example.net"}, {"/files/", "/one"}),
    site({"empty.example.net"}, {}),
    site({"[2001:db8::1]"}, {"/"}),
    site({"192.0.2.1"}, {"/"}),
    site({"localhost"}, {"/"}),
    site({"*.a.b.c.example.com", "a.b.c.example.com"}, {"/"}),
    site({"*"}, {"/", "/status"}),
};

struct Row {
  std::string_view host, path, found;
};

constexpr Row rows[] = {
    // the longest path wins
    {"www.example.org", "/", "www.example.org /"},
    {"www.example.org", "/index.html", "www.example.org /"},
    {"www.example.org", "/static/app.js", "www.example.org /static/"},
    {"www.example.org", "/static/css/a.css", "www.example.org /static/css/"},
    {"www.example.org", "/static/css/", "www.example.org /static/css/"},
    {"www.example.org", "/static/css/deep/er/still.css", "www.example.org /static/css/"},
    {"www.example.org", "/media/a/b/x", "www.example.org /media/"},
    {"www.example.org", "/media/a/b/c/x", "www.example.org /media/a/b/c/"},
    {"www.example.org", "/media/a/b/c", "www.example.org /media/"},
    {"www.example.org", "/media/zzz", "www.example.org /media/"},
    // an exact route is that path and nothing else
    {"www.example.org", "/robots.txt", "www.example.org /robots.txt"},
    {"www.example.org", "/robots.txt/", "www.example.org /"},
    {"www.example.org", "/robots.txt2", "www.example.org /"},
    {"www.example.org", "/robots.tx", "www.example.org /"},
    {"www.example.org", "/Robots.txt", "www.example.org /"},
    {"www.example.org", "/exact/below", "www.example.org /"},
    {"www.example.org", "/static/css/site.css", "www.example.org /static/css/site.css"},
    {"www.example.org", "/static/css/site.css.gz", "www.example.org /static/css/"},
    {"www.example.org", "/static/css/site.cs", "www.example.org /static/css/"},
    // a prefix ends where a segment does
    {"www.example.org", "/static", "www.example.org /static"},
    {"www.example.org", "/static/", "www.example.org /static/"},
    {"www.example.org", "/staticx", "www.example.org /"},
    {"www.example.org", "/staticx/a", "www.example.org /"},
    {"www.example.org", "/stati", "www.example.org /"},
    {"www.example.org", "/sta", "www.example.org /"},
    {"www.example.org", "/sta/", "www.example.org /sta/"},
    {"www.example.org", "/sta/tic", "www.example.org /sta/"},
    {"www.example.org", "/media", "www.example.org /"},
    {"www.example.org", "/static\xff/x", "www.example.org /"},
    {"www.example.org", "/static/\xc3\xa9", "www.example.org /static/"},
    {"www.example.org", "/~", "www.example.org /"},
    {"www.example.org", "/\xff", "www.example.org /"},
    // not a path
    {"www.example.org", "", "-"},
    {"www.example.org", "*", "-"},
    // a site has what it has
    {"only.example.net", "/files/a", "only.example.net /files/"},
    {"only.example.net", "/one", "only.example.net /one"},
    {"only.example.net", "/", "-"},
    {"only.example.net", "/files", "-"},
    {"only.example.net", "/status", "-"},
    {"only.example.net", "/zzz", "-"},
    {"empty.example.net", "/", "-"},
    // hosts: names
    {"example.org", "/robots.txt", "www.example.org /robots.txt"},
    {"WWW.Example.ORG", "/robots.txt", "www.example.org /robots.txt"},
    {"www.example.org.", "/static/a", "www.example.org /static/"},
    {"EXAMPLE.ORG.", "/", "www.example.org /"},
    {"www.example.org..", "/", "* /"},
    {"localhost", "/", "localhost /"},
    {"localhost.", "/", "localhost /"},
    // hosts: wildcards
    {"a.example.org", "/", "*.example.org /"},
    {"a.b.example.org", "/", "*.example.org /"},
    {"A.B.EXAMPLE.ORG.", "/x", "*.example.org /"},
    {"xexample.org", "/", "* /"},
    {".example.org", "/", "* /"},
    {"deep.example.org", "/d/x", "*.example.org /"},
    {"a.deep.example.org", "/d/x", "*.deep.example.org /d/"},
    {"a.b.deep.example.org", "/e", "*.deep.example.org /"},
    {"a.example.org.evil.net", "/", "* /"},
    {"a.b.c.example.com", "/", "*.a.b.c.example.com /"},
    {"x.a.b.c.example.com", "/", "*.a.b.c.example.com /"},
    {"b.c.example.com", "/", "* /"},
    // hosts: addresses
    {"[2001:db8::1]", "/", "[2001:db8::1] /"},
    {"[2001:DB8::1]", "/", "[2001:db8::1] /"},
    {"[2001:db8::2]", "/", "* /"},
    {"192.0.2.1", "/", "192.0.2.1 /"},
    {"192.0.2.10", "/", "* /"},
    // hosts: none of these
    {"", "/", "* /"},
    {".", "/", "* /"},
    {"*", "/status", "* /status"},
    {"other.net", "/status", "* /status"},
    {"other.net", "/status/", "* /"},
};

TEST(Router, FindsTheRouteOfAHostAndPath) {
  const Router router = router_of(sites);
  for (const Row& row : rows) {
    EXPECT_EQ(found(router, row.host, row.path), row.found) << row.host << " " << row.path;
  }
}

TEST(Router, DoesNotCareAboutTheOrderInWhichRoutesAreAdded) {
  std::vector<config::Site> shuffled = sites;
  std::mt19937 random(3);
  std::shuffle(shuffled.begin(), shuffled.end(), random);
  for (config::Site& each : shuffled) std::shuffle(each.routes.begin(), each.routes.end(), random);
  const Router router = router_of(shuffled);
  for (const Row& row : rows) EXPECT_EQ(found(router, row.host, row.path), row.found);
}

TEST(Router, TakesRoutesOfSeveralSitesInTurns) {
  const config::Site first = site({"first"}, {"/", "/a/"});
  const config::Site second = site({"second"}, {"/", "/a/"});
  Router router;
  for (std::size_t i = 0; i < 2; ++i) {
    router.add(first, first.routes[i], {});
    router.add(second, second.routes[i], {});
  }
  router.seal();
  EXPECT_EQ(found(router, "first", "/a/x"), "first /a/");
  EXPECT_EQ(found(router, "second", "/b"), "second /");
}

TEST(Router, SendsAHostThatNoSiteHasNowhere) {
  const std::vector<config::Site> one = {site({"www.example.org"}, {"/"})};
  const Router router = router_of(one);
  EXPECT_EQ(found(router, "other.example.org", "/"), "-");
  EXPECT_EQ(found(router, "", "/"), "-");
  EXPECT_EQ(found(router_of({}), "www.example.org", "/"), "-");
}

TEST(Router, RefusesToCompareAHostThatIsTooLongToBeOne) {
  const std::string longest = std::string(255 - 12, 'a') + ".example.org";
  const Router router = router_of(sites);
  EXPECT_EQ(found(router, longest, "/"), "*.example.org /");
  EXPECT_EQ(found(router, longest + ".", "/"), "*.example.org /");
  EXPECT_EQ(found(router, "a" + longest, "/"), "* /");
  EXPECT_EQ(found(router, std::string(100'000, '.'), "/"), "* /");
}

TEST(Router, FindsNothingBeforeItIsSealed) {
  Router router;
  router.add(sites[0], sites[0].routes[0], {});
  EXPECT_EQ(found(router, "www.example.org", "/"), "-");
}

TEST(Router, KeepsTheFirstOfTwoThatAreTheSame) {
  struct Silent : Handler {
    void handle(Exchange&) override {}
  };
  Silent one, two;
  const config::Site first = site({"same", "*", "*.same"}, {"/", "/"});
  const config::Site second = site({"same", "*", "*.same"}, {"/"});
  Router router;
  router.add(first, first.routes[0], {&one});
  router.add(first, first.routes[1], {&two});
  router.add(second, second.routes[0], {&two});
  router.seal();
  for (const char* host : {"same", "other", "x.same"}) {
    const Router::Target* const target = router.find(host, "/");
    ASSERT_NE(target, nullptr);
    EXPECT_EQ(target->chain, std::vector<Handler*>{&one});
  }
}

struct PrefixRow {
  std::string_view path;
  std::size_t length;
};

TEST(Router, SaysHowMuchOfThePathBelongsToTheRoute) {
  constexpr PrefixRow prefixes[] = {{"/static/app.css", 8},
                                    {"/static/css/a", 12},
                                    {"/robots.txt", 1},
                                    {"/static/css/site.css", 1},
                                    {"/index.html", 1}};
  const Router router = router_of(sites);
  for (const PrefixRow& row : prefixes) {
    const Router::Target* const target = router.find("www.example.org", row.path);
    ASSERT_NE(target, nullptr) << row.path;
    EXPECT_EQ(target->prefix_length, row.length) << row.path;
  }
}

TEST(Router, GivesTheSameTargetEveryTime) {
  const Router router = router_of(sites);
  const Router::Target* const target = router.find("www.example.org", "/static/a");
  EXPECT_EQ(router.find("EXAMPLE.org.", "/static/b"), target);
}

// ---- against a matcher that is too simple to be wrong

bool path_fits(const std::string& known, std::string_view path) {
  return known.ends_with('/') ? path.starts_with(known) : path == known;
}

std::string expected_route(const config::Site& in, std::string_view path) {
  const config::Route* best = nullptr;
  for (const config::Route& known : in.routes) {
    const bool is_longer = !best || known.path.size() > best->path.size();
    if (path_fits(known.path, path) && is_longer) best = &known;
  }
  return best ? in.names[0] + " " + best->path : "-";
}

bool host_fits(const std::string& name, const std::string& host) {
  if (name == "*" || name == host) return true;
  return name.starts_with("*.") && host.size() > name.size() - 1 && host.ends_with(name.substr(1));
}

int precision(const std::string& name) {
  if (name == "*") return 0;
  return static_cast<int>(name.size()) + (name.starts_with("*.") ? 0 : 1000);
}

std::string expected(const std::vector<config::Site>& among, std::string host,
                     std::string_view path) {
  host = lower_case(host);
  if (host.ends_with('.')) host.pop_back();
  const config::Site* best = nullptr;
  int best_precision = -1;
  for (const config::Site& each : among) {
    for (const std::string& name : each.names) {
      if (!host_fits(name, host) || precision(name) <= best_precision) continue;
      best = &each;
      best_precision = precision(name);
    }
  }
  return best ? expected_route(*best, path) : "-";
}

// Few letters and many slashes, so that prefixes of prefixes are common.
std::string random_path(std::mt19937& random) {
  std::string path = "/";
  for (std::size_t left = random() % 12; left > 0; --left) {
    const char next = "ab/\xc3"[random() % 4];
    if (next != '/' || path.back() != '/') path += next;
  }
  return path;
}

std::string random_host(std::mt19937& random) {
  std::string host(1, "ab"[random() % 2]);
  for (std::size_t labels = random() % 4; labels > 0; --labels) {
    host += std::string(".") + "ab"[random() % 2];
  }
  return host;
}

TEST(Router, AgreesWithALinearSearchOverAThousandRoutes) {
  std::mt19937 random(11);
  std::set<std::string> paths;
  while (paths.size() < 1000) paths.insert(random_path(random));
  const std::vector<config::Site> one = {site({"*"}, {paths.begin(), paths.end()})};
  const Router router = router_of(one);
  for (int i = 0; i < 5000; ++i) {
    const std::string path = random_path(random);
    ASSERT_EQ(found(router, "any", path), expected_route(one[0], path)) << path;
  }
}

TEST(Router, AgreesWithALinearSearchOverManySites) {
  std::mt19937 random(12);
  for (int round = 0; round < 50; ++round) {
    std::vector<config::Site> many;
    std::set<std::string> names;
    for (int i = 0; i < 12; ++i) {
      const std::string name = (random() % 2 ? "*." : "") + random_host(random);
      if (!names.insert(name).second) continue;
      std::set<std::string> paths;
      for (int path = 0; path < 20; ++path) paths.insert(random_path(random));
      many.push_back(site({name}, {paths.begin(), paths.end()}));
    }
    if (round % 2) many.push_back(site({"*"}, {"/a/", "/"}));
    const Router router = router_of(many);
    for (int i = 0; i < 200; ++i) {
      std::string host = random_host(random) + (random() % 4 ? "" : ".");
      if (random() % 4 == 0) host[0] = 'A';
      const std::string path = random_path(random);
      ASSERT_EQ(found(router, host, path), expected(many, host, path)) << host << " " << path;
    }
  }
}

}  // namespace
}  // namespace frontis::http
