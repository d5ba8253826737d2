#include "commands/kept_url.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "http/router.h"
#include "http/target.h"

namespace frontis::commands {

namespace {

std::string_view without_scheme(std::string_view url) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equal_ignoring_case(url.substr(0, scheme.size()), scheme)) return url.substr(scheme.size());
  }
  return url;
}

// The first name of the site that answers for this host; empty where none does.
std::string site_of(std::string_view host, std::string_view path,
                    const config::Settings& settings) {
  http::Router router;
  for (const config::Site& site : settings.sites) {
    router.add(site);
    for (const config::Route& route : site.routes) router.add(site, route, {});
  }
  router.seal();
  const http::Router::Target* const target = router.find(host, path);
  return target == nullptr ? std::string() : std::string(target->site);
}

void add(std::vector<std::string>& names, std::string name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

}  // namespace

std::vector<std::string> kept_names(const std::string& typed, const config::Settings& settings) {
  const std::string_view url = without_scheme(typed);
  std::vector<std::string> names{std::string(url)};
  const std::size_t slash = url.find('/');
  if (slash == std::string_view::npos) return names;
  const auto authority = http::parse_authority(url.substr(0, slash));
  const std::string_view raw = url.substr(slash, url.find_first_of("?#", slash) - slash);
  std::string path;
  if (!http::normalize_path(raw, path)) return names;
  if (path.empty()) path = raw;
  // "*" and "*.example.org" are names of sites, too, and no authority.
  const std::string host =
      authority ? lower_case(authority->host) : std::string(url.substr(0, slash));
  add(names, host + path);
  if (const std::string site = site_of(host, path, settings); !site.empty())
    add(names, site + path);
  return names;
}

}  // namespace frontis::commands
