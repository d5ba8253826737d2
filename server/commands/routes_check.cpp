#include "commands/routes_check.h"

#include <filesystem>
#include <string>
#include <string_view>

#include "base/text.h"
#include "http/http1.h"
#include "http/router.h"
#include "http/target.h"
#include "media/library.h"

namespace frontis::commands {

namespace {

std::string quoted(const config::Route& route) { return "'" + printable(route.path) + "'"; }

// The part of a route's path that its files action looks up: "robots.txt" of "/robots.txt".
std::string_view file_of(const config::Route& exact) {
  return std::string_view(exact.path).substr(1);
}

// The prefix route whose requests `route` takes away, if there is one.
const config::Route* parent_of(const config::Site& site, const config::Route& route) {
  const config::Route* parent = nullptr;
  for (const config::Route& other : site.routes) {
    const bool is_above = other.is_prefix() && other.path.size() < route.path.size() &&
                          route.path.starts_with(other.path);
    if (is_above && (parent == nullptr || other.path.size() > parent->path.size())) parent = &other;
  }
  return parent;
}

bool is_same(const media::Identity& a, const media::Identity& b) {
  return a.device == b.device && a.inode == b.inode;
}

// Whether `route` itself serves what was found in the root of another.
bool serves(const config::Route& route, const media::Found& found) {
  for (const config::Action& action : route.chain) {
    const auto* files = std::get_if<config::FilesAction>(&action);
    if (files == nullptr) continue;
    const media::Library library(*files);
    const auto own = library.find(route.is_prefix() ? "" : file_of(route));
    if (own && is_same(own->identity, found.identity)) return true;
  }
  return false;
}

bool is_empty_folder(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::is_empty(folder, error) && !error;
}

void check_hidden(const config::Route& parent, const config::Route& route, Findings& findings) {
  std::string_view relative = std::string_view(route.path).substr(parent.path.size());
  if (route.is_prefix()) relative.remove_suffix(1);
  const auto kind = route.is_prefix() ? media::Found::Kind::directory : media::Found::Kind::file;
  for (const config::Action& action : parent.chain) {
    const auto* files = std::get_if<config::FilesAction>(&action);
    if (files == nullptr) continue;
    const media::Library library(*files);
    const auto found = library.find(relative);
    if (!found || found->kind != kind || serves(route, *found)) continue;
    const std::filesystem::path place = files->root / relative;
    if (route.is_prefix() && is_empty_folder(place)) continue;
    findings.add(route.source,
                 "route " + quoted(route) + " hides " + printable(place.native()) +
                     ", which route " + quoted(parent) + " (" + parent.source +
                     ") would serve; rename one of the two, or remove what is hidden");
  }
}

// An exact route of files alone, none of which has its file, can only answer 404.
void check_file(const config::Route& route, Findings& findings) {
  std::string why;
  for (const config::Action& action : route.chain) {
    const auto* files = std::get_if<config::FilesAction>(&action);
    if (files == nullptr) return;
    const auto found = media::Library(*files).find(file_of(route));
    if (found && found->kind == media::Found::Kind::file) return;
    if (!why.empty()) continue;
    why = found ? (files->root / file_of(route)).string() + " is a folder" : found.error().message;
  }
  findings.add(route.source, "route " + quoted(route) + " can only answer 404: " + why +
                                 "; put the file there, or end the route in '/' to serve a folder");
}

// A host that the site is there for; empty where that is any.
std::string host_of(const config::Site& site) {
  const std::string& name = site.names.front();
  if (name == "*") return {};
  return name.starts_with('*') ? "frontis-check" + name.substr(1) : name;
}

// As a client would ask for the route's own path.
std::string request_for(const config::Site& site, const config::Route& route) {
  const std::string host = host_of(site);
  const std::string line = "GET " + http::encode_path(route.path);
  // Only HTTP/1.0 may name no host, which leads to the site for any.
  return host.empty() ? line + " HTTP/1.0\r\n\r\n"
                      : line + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

void check_reached(const http::Router& router, const config::Settings& settings,
                   const config::Site& site, const config::Route& route, Findings& findings) {
  const std::string head = request_for(site, route);
  http::HeadParser parser(settings.limits);
  http::Request request;
  const auto read = parser.parse(head, request);
  const std::string reached = "route " + quoted(route) + " is never reached: ";
  if (!read) {
    return findings.add(route.source, reached +
                                          "a request for it is refused: " + read.error().message +
                                          "; change its path, or the limit that it breaks");
  }
  const http::Router::Target* target = router.find(request.host(), request.path());
  if (target && target->route.data() == route.path.data()) return;
  const std::string instead = target ? "route '" + printable(target->route) + "' of site '" +
                                           std::string(target->site) + "' takes its requests"
                                     : "no request has such a path";
  findings.add(route.source, reached + instead + "; remove or rename it");
}

}  // namespace

void check_routes(const config::Settings& settings, Findings& findings) {
  http::Router router;
  for (const config::Site& site : settings.sites) {
    router.add(site);
    for (const config::Route& route : site.routes) router.add(site, route, {});
  }
  router.seal();
  for (const config::Site& site : settings.sites) {
    for (const config::Route& route : site.routes) {
      check_reached(router, settings, site, route, findings);
      if (!route.is_prefix()) check_file(route, findings);
      if (const config::Route* parent = parent_of(site, route)) {
        check_hidden(*parent, route, findings);
      }
    }
  }
}

}  // namespace frontis::commands
