#include "observe/history.h"

#include <numeric>

namespace frontis::observe {

namespace {

struct Sums {
  ByClass by_class{};
  std::uint64_t bytes = 0, saved = 0, not_modified = 0, hits = 0, misses = 0;
  Histogram duration;
  std::uint64_t app_requests = 0;
  Histogram app_duration;

  std::uint64_t requests() const {
    return std::accumulate(by_class.begin(), by_class.end(), std::uint64_t{0});
  }
};

Sums sums_of(const Figures& figures) {
  RouteFigures all;
  for (const RouteFigures& route : figures.routes) all += route;
  Sums sums{all.by_class(), all.bytes, all.saved, all.not_modified, all.hits, all.misses,
            all.duration,   0,         {}};
  for (const AppFigures& app : figures.apps) {
    sums.app_requests +=
        std::accumulate(app.requests.begin(), app.requests.end(), std::uint64_t{0});
    sums.app_duration += app.duration;
  }
  return sums;
}

double grown(std::uint64_t earlier, std::uint64_t later) {
  return later > earlier ? static_cast<double>(later - earlier) : 0;
}

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

// How things stand.
Moment state_of(const Figures& figures) {
  Moment moment;
  moment.time_ms = figures.time_ms;
  moment.connections = figures.connections.total();
  moment.answering = figures.connections.answering;
  for (const AppFigures& app : figures.apps) {
    moment.busy += app.busy;
    moment.waiting += app.waiting;
  }
  for (const std::uint64_t jobs : figures.media.backlog) moment.backlog += jobs;
  moment.resident_bytes = figures.process.resident_bytes;
  return moment;
}

}  // namespace

std::optional<Moment> moment_between(const Figures& earlier, const Figures& later) {
  if (later.time_ms <= earlier.time_ms) return std::nullopt;
  const double seconds = static_cast<double>(later.time_ms - earlier.time_ms) / 1000;
  const Sums before = sums_of(earlier);
  const Sums now = sums_of(later);
  Moment moment = state_of(later);
  const double requests = grown(before.requests(), now.requests());
  moment.requests = requests / seconds;
  for (std::size_t i = 0; i < status_classes; ++i) {
    moment.by_class[i] = grown(before.by_class[i], now.by_class[i]) / seconds;
  }
  moment.bytes = grown(before.bytes, now.bytes) / seconds;
  moment.saved = grown(before.saved, now.saved) / seconds;
  moment.processor = (later.process.cpu_seconds - earlier.process.cpu_seconds) / seconds;
  const double hits = grown(before.hits, now.hits);
  moment.hit_ratio = ratio(hits, hits + grown(before.misses, now.misses));
  moment.not_modified_ratio = ratio(grown(before.not_modified, now.not_modified), requests);
  const Histogram duration = now.duration.since(before.duration);
  moment.p50 = duration.quantile(0.5);
  moment.p99 = duration.quantile(0.99);
  const Histogram app_duration = now.app_duration.since(before.app_duration);
  moment.app_p50 = app_duration.quantile(0.5);
  moment.app_p99 = app_duration.quantile(0.99);
  moment.app_requests = grown(before.app_requests, now.app_requests) / seconds;
  return moment;
}

void History::add(const Moment& moment) {
  if (moments_.size() == most) moments_.pop_front();
  moments_.push_back(moment);
}

}  // namespace frontis::observe
