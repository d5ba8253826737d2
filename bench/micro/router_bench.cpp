// What it costs to find the route of a request among a thousand.
#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <vector>

#include "cases.h"
#include "config/settings.h"
#include "http/router.h"

namespace frontis::bench {

namespace {

constexpr std::size_t routes = 1'000;

std::string prefix(std::size_t number) {
  return fmt::format("/section{}/part{}/", number % 40, number);
}

config::Site site_of_prefixes() {
  config::Site site;
  site.names = {"www.example.org"};
  for (std::size_t i = 0; i < routes; ++i) {
    site.routes.push_back({prefix(i), {config::RespondAction{}}, ""});
  }
  return site;
}

// Another route each time, so that no branch is learnt by heart.
void match_route_of_1000(Run& run) {
  const config::Site site = site_of_prefixes();
  http::Router router;
  for (const config::Route& route : site.routes) router.add(site, route, {});
  router.seal();
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < routes; ++i) {
    paths.push_back(prefix(i * 617 % routes) + "css/base.4f5a8c2e9b10.css");
    if (!router.find("www.example.org", paths.back())) return run.give_up("a path has no route");
  }
  std::size_t next = 0;
  run.repeat([&] {
    benchmark::DoNotOptimize(router.find("www.example.org", paths[next]));
    next = next + 1 < routes ? next + 1 : 0;
  });
}

}  // namespace

void add_router_cases(Cases& cases) {
  cases.add("match_route_of_1000", no_allocation, match_route_of_1000);
}

}  // namespace frontis::bench
