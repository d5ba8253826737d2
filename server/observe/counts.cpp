#include "observe/counts.h"

#include <algorithm>

#include "http/negotiation.h"

namespace frontis::observe {

namespace {

constexpr std::string_view other = "other";
constexpr std::string_view none = "none";
constexpr std::chrono::seconds minutes{150};  // twice that is what "the last minutes" are
constexpr int client_left = 499;              // no fault of what it asked for

std::size_t class_of(int status) {
  return static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1);
}

std::size_t kind_of(std::string_view variant) {
  const auto row = std::find_if(http::coding_names.begin(), http::coding_names.end(),
                                [variant](const auto& one) { return one.token == variant; });
  return static_cast<std::size_t>(row - http::coding_names.begin());
}

std::size_t slot_of(const char* name) {
  return reinterpret_cast<std::uintptr_t>(name) * 0x9e3779b97f4a7c15ULL >> 56;
}

}  // namespace

Counts::Counts() {
  routes_.reserve(most_routes + 1);
  apps_.reserve(most_apps + 1);
}

void Counts::record(const Answered& answered) {
  const http::Notes& notes = answered.notes;
  RouteFigures& route = route_of(notes);
  const std::size_t kind = kind_of(notes.variant);
  ++route.requests[kind][class_of(answered.status)];
  route.bytes += answered.bytes;
  route.duration.add(answered.duration_us);
  if (answered.status == 304) ++route.not_modified;
  if (kind != no_variant) {
    ++(notes.is_cold ? route.misses : route.hits);
    const bool is_coded = kind != static_cast<std::size_t>(http::Coding::identity);
    if (is_coded && answered.is_whole && notes.content_size > answered.bytes) {
      route.saved += notes.content_size - answered.bytes;
    }
  }
  if (notes.app != nullptr) record_app(answered);
  record_url(answered);
}

// A name stays where it is for as long as its configuration; when another has come to lie there,
// the text says so.
RouteFigures& Counts::route_of(const http::Notes& notes) {
  Known& known = known_[slot_of(notes.route.data())];
  if (known.name == notes.route.data() && known.index < routes_.size()) {
    RouteFigures& route = routes_[known.index];
    if (route.route == notes.route && route.site == notes.site) return route;
  }
  known = {notes.route.data(), look_up(notes.site, notes.route)};
  return routes_[known.index];
}

std::uint32_t Counts::look_up(std::string_view site, std::string_view route) {
  if (route.empty()) site = route = none;
  const auto find = [&] {
    const auto found = std::find_if(routes_.begin(), routes_.end(), [&](const RouteFigures& one) {
      return one.route == route && one.site == site;
    });
    return static_cast<std::uint32_t>(found - routes_.begin());
  };
  std::uint32_t index = find();
  if (index == routes_.size() && index >= most_routes) {
    site = route = other;
    index = find();
  }
  if (index == routes_.size()) {
    routes_.emplace_back();
    routes_.back().site = site;
    routes_.back().route = route;
  }
  return index;
}

void Counts::record_app(const Answered& answered) {
  std::string_view name = *answered.notes.app;
  const auto find = [&] {
    return std::find_if(apps_.begin(), apps_.end(),
                        [&name](const AppFigures& one) { return one.name == name; });
  };
  auto app = find();
  if (app == apps_.end() && apps_.size() >= most_apps) {
    name = other;
    app = find();
  }
  if (app == apps_.end()) {
    apps_.emplace_back().name = name;
    app = apps_.end() - 1;
  }
  if (answered.notes.is_cached) {
    ++app->cached;
    app->refreshes += answered.notes.is_refreshed ? 1 : 0;
    return;
  }
  ++app->requests[class_of(answered.status)];
  app->retries += answered.notes.app_retries;
  app->duration.add(answered.notes.app_us);
}

void Counts::record_url(const Answered& answered) {
  if (answered.path.empty()) return;
  if (answered.status >= 400 && answered.status != client_left) {
    faulty_.add(answered.host, answered.path, 1, answered.status);
  }
  // How long a file takes is up to whoever reads it.
  const bool was_asked = answered.notes.app != nullptr && !answered.notes.is_cached;
  if (was_asked && answered.notes.app_us > 0) {
    slow_.add(answered.host, answered.path, answered.notes.app_us, answered.status);
  }
}

LaneFigures Counts::read(Instant now) {
  if (turned_ == Instant{}) turned_ = now;
  if (now - turned_ >= minutes) {
    turned_ = now;
    slow_.turn();
    faulty_.turn();
  }
  LaneFigures figures;
  figures.routes = routes_;
  figures.apps = apps_;
  slow_.append_to(figures.slow);
  faulty_.append_to(figures.faulty);
  return figures;
}

}  // namespace frontis::observe
