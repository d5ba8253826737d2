#include "config/sites.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "config/actions.h"
#include "config/address.h"

namespace frontis::config {

namespace {

// The settings of a site itself: none in this version.
constexpr Key<Site> site_keys[] = {
    {"limits", nullptr, "limits are set at the top, for all sites"},
    {"log", nullptr, "the log is set at the top, for all sites"},
    {"tls", nullptr, "put a server that speaks TLS in front of it"},
    {"budget", nullptr, "the weight of pages is not measured yet"},
};

// Why no request could have this path, or what it would not mean; empty where it is good.
std::string_view path_fault(std::string_view path) {
  constexpr std::size_t longest = 1024;
  if (path.size() > longest) return "is longer than 1024 bytes";
  if (path.find('*') != path.npos) {
    return "is not a pattern: a path that ends in '/' stands for all that is below it";
  }
  if (path.find_first_of("{}") != path.npos) return "holds a brace; is there a space missing?";
  if (path.find_first_of("?#") != path.npos) return "is a path: it has no query and no fragment";
  if (path.find('%') != path.npos) return "is written decoded: as it reads, without '%'";
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(path.begin(), path.end(), is_control)) return "holds a control byte";
  if (path.find("//") != path.npos) return "has an empty segment, which requests never have";
  for (std::string_view rest = path; !rest.empty();) {
    rest.remove_prefix(1);
    const std::string_view segment = rest.substr(0, rest.find('/'));
    if (segment == "." || segment == "..")
      return "has a segment '.' or '..', which requests never have";
    rest.remove_prefix(segment.size());
  }
  return {};
}

std::vector<Action> read_chain(Reader& reader, const Node& value) {
  std::vector<Action> chain;
  std::optional<ReadAction> last;  // that never passes
  if (value.kind == Node::Kind::list && value.items.empty()) {
    reader.fault(value.at, "expected at least one action, found an empty list");
  }
  reader.each(value, [&](const Node& item) {
    std::optional<ReadAction> read = read_action(reader, item);
    if (!read) return;
    if (last) {
      reader.fault(read->at, in_quotes(read->name) + " is never reached: " + in_quotes(last->name) +
                                 " at " + reader.place(last->at) + " answers every request");
    }
    if (read->action) chain.push_back(std::move(*read->action));
    if (!read->passes && !last) last = std::move(read);
  });
  return chain;
}

bool mounts_app(const Route& route) {
  return std::any_of(route.chain.begin(), route.chain.end(), [](const Action& action) {
    const auto* app = std::get_if<AppAction>(&action);
    return app != nullptr && app->mount;
  });
}

void read_route(Reader& reader, const Entry& entry, Site& site) {
  const std::string_view why = path_fault(entry.key);
  if (!why.empty())
    reader.fault(entry.at, "route " + in_quotes(entry.key) + " " + std::string(why));
  Route route;
  route.path = entry.key;
  route.source = reader.place(entry.at);
  route.chain = read_chain(reader, *entry.value);
  if (mounts_app(route) && !route.is_prefix()) {
    reader.fault(entry.at,
                 "an app is mounted below a path that ends in '/': " + in_quotes(entry.key + "/"));
  }
  site.routes.push_back(std::move(route));
}

void read_site_key(Reader& reader, const Entry& entry, Site& site) {
  if (entry.key.starts_with('/')) return read_route(reader, entry, site);
  if (read_key<Site>(reader, entry, site_keys, site)) return;
  std::string hint = "; a site holds routes, which begin with '/'";
  if (entry.key.find('/') != std::string::npos) {
    hint = "; did you mean " + in_quotes("/" + entry.key) + "?";
  }
  reader.fault(entry.at, "unknown key " + in_quotes(entry.key) + hint);
}

// The hosts of all sites so far, with their places.
using Hosts = std::map<std::string, Place, std::less<>>;

void read_hosts(Reader& reader, const Entry& entry, Hosts& taken, Site& site) {
  std::string_view rest = entry.key;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (rest.empty()) break;
    const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(word.size());
    Result<std::string> host = parse_host(word);
    if (!host) {
      reader.fault(entry.at, host.error().message);
      continue;
    }
    const auto [first, is_new] = taken.emplace(*host, entry.at);
    if (is_new) {
      site.names.push_back(std::move(*host));
    } else {
      reader.fault(entry.at, "host " + in_quotes(*host) + " has a site already, at " +
                                 reader.place(first->second));
    }
  }
  if (entry.key.find_first_not_of(" \t") == std::string::npos) {
    reader.fault(entry.at,
                 "expected a host name such as example.org, found " + in_quotes(entry.key));
  }
}

void read_site(Reader& reader, const Entry& entry, Hosts& taken, std::vector<Site>& into) {
  if (entry.key.starts_with('/')) {
    return reader.fault(entry.at, "route " + in_quotes(entry.key) +
                                      " stands outside of a site; put it beneath a host name, or "
                                      "beneath \"*\" for every host");
  }
  Site site;
  site.source = reader.place(entry.at);
  read_hosts(reader, entry, taken, site);
  if (!reader.is_mapping(*entry.value, "a mapping of routes such as /static/")) return;
  for (const Entry& inner : entry.value->entries) read_site_key(reader, inner, site);
  if (entry.value->entries.empty()) {
    reader.fault(entry.at, "site " + in_quotes(entry.key) + " has no route");
  }
  into.push_back(std::move(site));
}

}  // namespace

void read_sites(Reader& reader, const Node& mapping, std::vector<Site>& into) {
  if (!reader.is_mapping(mapping, "a mapping of host names")) return;
  Hosts taken;
  for (const Entry& entry : mapping.entries) read_site(reader, entry, taken, into);
  if (mapping.entries.empty()) reader.fault(mapping.at, "no site here; \"*\" is one for any host");
}

}  // namespace frontis::config
