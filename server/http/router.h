// From host and path to the chain of handlers. Built once from the settings for one loop, then
// only read; it keeps views of the settings, which outlive it. Hosts: exact, then the longest
// "*.example.org", then "*"; a site is chosen by its host alone, so a path that it does not route
// is not looked for in another. Paths: a key that ends in '/' is a prefix on a segment boundary
// and another is exact; the longest wins.
//
// One look-up costs O(log routes) comparisons: the routes of a site are sorted, and each knows
// the longest prefix route that it begins with, its parent. Whatever lies between a prefix of the
// path and the path in that order begins with the same prefix, so the predecessor of the path and
// its parents are the only candidates, and the first that the path begins with is the longest.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "config/settings.h"
#include "http/exchange.h"

namespace frontis::http {

class Router {
 public:
  // Where a request goes. Valid and unmoved for as long as the router lives.
  struct Target {
    std::string_view site;   // the first name of the site
    std::string_view route;  // its path, as in the settings
    // How much of the path a files action strips: the whole path of a prefix route ("/static/" =
    // 8), the slash alone of an exact one ("/robots.txt" = 1, so that "robots.txt" is left).
    std::size_t prefix_length = 0;
    std::vector<Handler*> chain;
    bool internal = false;  // not for requests from outside
  };

  // In any order. Of two routes with the same path, or two sites with the same name, the first
  // counts; the loader refuses both. A site without routes is added by the first form.
  void add(const config::Site& site);
  void add(const config::Site& site, const config::Route& route, std::vector<Handler*> chain);
  // After the last add() and before the first find(), which until then finds nothing.
  void seal();

  // `host` without a port, any letter case, perhaps ending in one dot; where no site has its
  // name, or it is empty, "*" is asked. `path` is normalized. Null: no site, or no route in it.
  // Allocates nothing.
  const Target* find(std::string_view host, std::string_view path) const;

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct Entry {
    Target target;
    std::size_t parent = none;  // index of another entry of the site

    std::string_view path() const { return target.route; }
    bool is_prefix() const { return path().ends_with('/'); }
  };
  struct SiteRoutes {
    const config::Site* site;
    std::vector<Entry> entries;

    void seal();
    const Target* find(std::string_view path) const;
  };
  // Sorted by name.
  using Names = std::vector<std::pair<std::string_view, const SiteRoutes*>>;

  SiteRoutes& routes_of(const config::Site& site);
  const SiteRoutes* site_for(std::string_view host) const;
  static const SiteRoutes* look_up(const Names& names, std::string_view name);

  std::vector<std::unique_ptr<SiteRoutes>> sites_;
  Names exact_;
  Names wildcards_;                       // without the star: ".example.org"
  const SiteRoutes* fallback_ = nullptr;  // "*"
};

}  // namespace frontis::http
