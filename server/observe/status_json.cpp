#include "observe/status_json.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace frontis::observe {

namespace {

using Json = nlohmann::ordered_json;

// Six places are enough, and shorter.
double rounded(double value) { return std::round(value * 1e6) / 1e6; }

Json of(const ByClass& by_class) { return Json(by_class); }

Json of(const Moment& moment) {
  Json classes = Json::array();
  for (const double rate : moment.by_class) classes.push_back(rounded(rate));
  return {{"time", moment.time_ms},
          {"requests", rounded(moment.requests)},
          {"classes", classes},
          {"bytes", rounded(moment.bytes)},
          {"saved", rounded(moment.saved)},
          {"hit_ratio", rounded(moment.hit_ratio)},
          {"not_modified_ratio", rounded(moment.not_modified_ratio)},
          {"p50", rounded(moment.p50)},
          {"p99", rounded(moment.p99)},
          {"app_requests", rounded(moment.app_requests)},
          {"app_p50", rounded(moment.app_p50)},
          {"app_p99", rounded(moment.app_p99)},
          {"connections", moment.connections},
          {"answering", moment.answering},
          {"busy", moment.busy},
          {"waiting", moment.waiting},
          {"backlog", moment.backlog},
          {"processor", rounded(moment.processor)},
          {"memory", moment.resident_bytes}};
}

Json totals_of(const Figures& figures) {
  RouteFigures all;
  for (const RouteFigures& route : figures.routes) all += route;
  return {{"classes", of(all.by_class())},
          {"bytes", all.bytes},
          {"saved", all.saved},
          {"not_modified", all.not_modified},
          {"hits", all.hits},
          {"misses", all.misses},
          {"p50", rounded(all.duration.quantile(0.5))},
          {"p99", rounded(all.duration.quantile(0.99))},
          {"log_lines_lost", figures.log_lines_lost}};
}

Json of(const RouteFigures& route) {
  return {{"site", route.site},
          {"route", route.route},
          {"classes", of(route.by_class())},
          {"bytes", route.bytes},
          {"saved", route.saved},
          {"hits", route.hits},
          {"misses", route.misses},
          {"p50", rounded(route.duration.quantile(0.5))},
          {"p99", rounded(route.duration.quantile(0.99))}};
}

Json of(const AppFigures& app) {
  return {{"name", app.name},
          {"classes", of(app.requests)},
          {"retries", app.retries},
          {"cached", app.cached},
          {"refreshes", app.refreshes},
          {"p50", rounded(app.duration.quantile(0.5))},
          {"p99", rounded(app.duration.quantile(0.99))},
          {"backends", app.backends},
          {"up", app.up},
          {"busy", app.busy},
          {"waiting", app.waiting}};
}

Json of(const UrlFigures& url) {
  return {{"url", url.url},
          {"times", url.times},
          {"weight", url.weight},
          {"worst", url.worst},
          {"status", url.status}};
}

Json of(const Connections& connections) {
  return {{"idle", connections.idle},
          {"reading", connections.reading},
          {"answering", connections.answering},
          {"closing", connections.closing}};
}

Json of(const MediaFigures& media) {
  return {{"fingerprints_refused", media.fingerprints_refused},
          {"siblings_refused", media.siblings_refused},
          {"kept_served", media.kept_served},
          {"variants_made", media.variants_made},
          {"variants", media.variant_files},
          {"variants_bytes", media.variant_bytes},
          {"backlog", media.backlog}};
}

Json of(const ProcessFigures& process) {
  return {{"memory", process.resident_bytes},
          {"open_files", process.open_files},
          {"most_files", process.most_files},
          {"cpu_seconds", rounded(process.cpu_seconds)},
          {"started", process.started}};
}

template <typename T>
Json list_of(const std::vector<T>& all) {
  Json list = Json::array();
  for (const T& one : all) list.push_back(of(one));
  return list;
}

Json object_of(const Figures& figures, const Moment& now) {
  return {{"version", figures.version},        {"time", figures.time_ms},
          {"serving", figures.is_serving},     {"lanes", figures.lanes},
          {"lanes_told", figures.lanes_told},  {"now", of(now)},
          {"totals", totals_of(figures)},      {"routes", list_of(figures.routes)},
          {"apps", list_of(figures.apps)},     {"slow", list_of(figures.slow)},
          {"faulty", list_of(figures.faulty)}, {"connections", of(figures.connections)},
          {"files", of(figures.media)},        {"process", of(figures.process)}};
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string status_json(const Figures& figures, const History& history) {
  Json json = object_of(figures, history.moments().empty() ? Moment() : history.moments().back());
  Json moments = Json::array();
  for (const Moment& moment : history.moments()) moments.push_back(of(moment));
  json["history"] = std::move(moments);
  return text_of(json);
}

std::string status_json(const Figures& figures, const Moment& now) {
  return text_of(object_of(figures, now));
}

}  // namespace frontis::observe
