#include "http/router.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace frontis::http {

namespace {

// No name of the DNS and no address is longer (RFC 1035, 2.3.4).
constexpr std::size_t longest_host = 255;

}  // namespace

// ---- building

void Router::add(const config::Site& site) { routes_of(site); }

void Router::add(const config::Site& site, const config::Route& route,
                 std::vector<Handler*> chain) {
  const std::size_t prefix_length = route.is_prefix() ? route.path.size() : 1;
  const std::string_view name = site.names.empty() ? std::string_view() : site.names.front();
  routes_of(site).entries.push_back(
      {{name, route.path, prefix_length, std::move(chain), route.is_internal()}, none});
}

Router::SiteRoutes& Router::routes_of(const config::Site& site) {
  // From the back: the routes of a site are added one after the other.
  const auto found = std::find_if(sites_.rbegin(), sites_.rend(),
                                  [&site](const auto& known) { return known->site == &site; });
  if (found != sites_.rend()) return **found;
  sites_.push_back(std::make_unique<SiteRoutes>(SiteRoutes{&site, {}}));
  return *sites_.back();
}

void Router::seal() {
  for (const auto& routes : sites_) {
    routes->seal();
    for (const std::string_view name : routes->site->names) {
      if (name == "*") {
        if (!fallback_) fallback_ = routes.get();
      } else if (name.starts_with("*.")) {
        wildcards_.emplace_back(name.substr(1), routes.get());
      } else {
        exact_.emplace_back(name, routes.get());
      }
    }
  }
  for (Names* const names : {&exact_, &wildcards_}) {
    std::stable_sort(names->begin(), names->end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }
}

void Router::SiteRoutes::seal() {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.path() < b.path(); });
  const auto repeated =
      std::unique(entries.begin(), entries.end(),
                  [](const Entry& a, const Entry& b) { return a.path() == b.path(); });
  entries.erase(repeated, entries.end());
  // The parent of an entry is its neighbour before it, or one of the parents of that.
  for (std::size_t i = 1; i < entries.size(); ++i) {
    std::size_t candidate = i - 1;
    while (candidate != none && !(entries[candidate].is_prefix() &&
                                  entries[i].path().starts_with(entries[candidate].path()))) {
      candidate = entries[candidate].parent;
    }
    entries[i].parent = candidate;
  }
}

// ---- reading

const Router::Target* Router::find(std::string_view host, std::string_view path) const {
  const SiteRoutes* const site = site_for(host);
  return site ? site->find(path) : nullptr;
}

const Router::SiteRoutes* Router::site_for(std::string_view host) const {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || host.size() > longest_host) return fallback_;
  std::array<char, longest_host> lowered;
  std::transform(host.begin(), host.end(), lowered.begin(), ascii_lower);
  const std::string_view name(lowered.data(), host.size());
  if (const SiteRoutes* const site = look_up(exact_, name)) return site;
  if (wildcards_.empty()) return fallback_;
  // A star stands for at least one character, and the first dot leaves the longest name.
  for (std::size_t dot = name.find('.', 1); dot != name.npos; dot = name.find('.', dot + 1)) {
    if (const SiteRoutes* const site = look_up(wildcards_, name.substr(dot))) return site;
  }
  return fallback_;
}

const Router::SiteRoutes* Router::look_up(const Names& names, std::string_view name) {
  const auto at = std::lower_bound(names.begin(), names.end(), name,
                                   [](const auto& a, std::string_view b) { return a.first < b; });
  return at != names.end() && at->first == name ? at->second : nullptr;
}

const Router::Target* Router::SiteRoutes::find(std::string_view path) const {
  const auto behind = std::upper_bound(
      entries.begin(), entries.end(), path,
      [](std::string_view wanted, const Entry& entry) { return wanted < entry.path(); });
  if (behind == entries.begin()) return nullptr;
  const Entry* candidate = &*(behind - 1);
  if (candidate->path() == path) return &candidate->target;
  // As far as the two agree, every parent of the candidate is a prefix of the path, too.
  const auto [differs, ignored] =
      std::mismatch(candidate->path().begin(), candidate->path().end(), path.begin(), path.end());
  const auto common = static_cast<std::size_t>(differs - candidate->path().begin());
  while (candidate->path().size() > common || !candidate->is_prefix()) {
    if (candidate->parent == none) return nullptr;
    candidate = &entries[candidate->parent];
  }
  return &candidate->target;
}

}  // namespace frontis::http
