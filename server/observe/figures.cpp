#include "observe/figures.h"

#include <algorithm>

namespace frontis::observe {

namespace {

void add(ByClass& into, const ByClass& from) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] += from[i];
}

void add(std::vector<RouteFigures>& all, const RouteFigures& route) {
  const auto known = std::find_if(all.begin(), all.end(), [&route](const RouteFigures& one) {
    return one.route == route.route && one.site == route.site;
  });
  if (known == all.end()) {
    all.push_back(route);
  } else {
    *known += route;
  }
}

void add(std::vector<UrlFigures>& all, const UrlFigures& url) {
  const auto known = std::find_if(all.begin(), all.end(),
                                  [&url](const UrlFigures& one) { return one.url == url.url; });
  if (known == all.end()) return all.push_back(url);
  known->times += url.times;
  known->weight += url.weight;
  known->worst = std::max(known->worst, url.worst);
  known->status = url.status;
}

void rank(std::vector<UrlFigures>& urls) {
  std::sort(urls.begin(), urls.end(), [](const UrlFigures& a, const UrlFigures& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.url < b.url;
  });
  if (urls.size() > most_urls) urls.resize(most_urls);
}

}  // namespace

ByClass RouteFigures::by_class() const {
  ByClass sum{};
  for (const ByClass& one : requests) add(sum, one);
  return sum;
}

RouteFigures& RouteFigures::operator+=(const RouteFigures& other) {
  for (std::size_t i = 0; i < requests.size(); ++i) add(requests[i], other.requests[i]);
  bytes += other.bytes;
  saved += other.saved;
  not_modified += other.not_modified;
  hits += other.hits;
  misses += other.misses;
  duration += other.duration;
  return *this;
}

AppFigures& app_named(std::vector<AppFigures>& apps, const std::string& name) {
  const auto known = std::find_if(apps.begin(), apps.end(),
                                  [&name](const AppFigures& one) { return one.name == name; });
  if (known != apps.end()) return *known;
  apps.emplace_back().name = name;
  return apps.back();
}

void add(Figures& all, const LaneFigures& lane) {
  for (const RouteFigures& route : lane.routes) add(all.routes, route);
  for (const AppFigures& app : lane.apps) {
    AppFigures& known = app_named(all.apps, app.name);
    add(known.requests, app.requests);
    known.retries += app.retries;
    known.cached += app.cached;
    known.refreshes += app.refreshes;
    known.duration += app.duration;
  }
  for (const UrlFigures& url : lane.slow) add(all.slow, url);
  for (const UrlFigures& url : lane.faulty) add(all.faulty, url);
  all.connections.idle += lane.connections.idle;
  all.connections.reading += lane.connections.reading;
  all.connections.answering += lane.connections.answering;
  all.connections.closing += lane.connections.closing;
}

void rank_urls(Figures& all) {
  rank(all.slow);
  rank(all.faulty);
}

}  // namespace frontis::observe
