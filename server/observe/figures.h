// All that can be said in numbers of the server, as plain values: what one loop has counted, and
// what the whole server comes to. Counters only grow while the server runs, across a reload of the
// configuration, too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "http/negotiation.h"
#include "observe/histogram.h"

namespace frontis::observe {

// 1xx to 5xx.
inline constexpr std::size_t status_classes = 5;
using ByClass = std::array<std::uint64_t, status_classes>;

// Of a file as it is, of each coding, and of an answer that is no file: the last.
inline constexpr std::size_t variant_kinds = http::codings + 1;
inline constexpr std::size_t no_variant = http::codings;

struct RouteFigures {
  std::string site, route;  // as the configuration names them; "none": no route took the request
  std::array<ByClass, variant_kinds> requests{};
  std::uint64_t bytes = 0;  // of bodies
  std::uint64_t saved = 0;  // that files would have taken as they are, beyond what was sent
  std::uint64_t not_modified = 0;
  std::uint64_t hits = 0, misses = 0;  // files that were ready in memory, or not
  Histogram duration;                  // from the request's head to the answer's last byte

  ByClass by_class() const;
  RouteFigures& operator+=(const RouteFigures& other);
};

struct AppFigures {
  std::string name;
  ByClass requests{};  // that it was asked
  std::uint64_t retries = 0;
  std::uint64_t cached = 0;     // requests that were answered without it: response cache
  std::uint64_t refreshes = 0;  // that it was asked behind a client's back, besides `requests`
  Histogram duration;           // from when the app had the request until its answer began
  // As it is now, of the whole server: addresses or processes, of which some are up; requests at
  // them, and in line for them.
  std::uint32_t backends = 0, up = 0, busy = 0, waiting = 0;
};

// A path that many look at, or long: of the last minutes.
struct UrlFigures {
  std::string url;  // host and path, without a query, which may hold what is secret
  std::uint64_t times = 0;
  std::uint64_t weight = 0;  // of all times: microseconds, or errors
  std::uint64_t worst = 0;   // of one time
  int status = 0;            // of the last time
};

struct Connections {
  std::uint32_t idle = 0, reading = 0, answering = 0, closing = 0;

  std::uint32_t total() const { return idle + reading + answering + closing; }
};

struct LaneFigures {
  std::vector<RouteFigures> routes;
  std::vector<AppFigures> apps;  // without what is known of the whole server only
  std::vector<UrlFigures> slow, faulty;
  Connections connections;
};

struct MediaFigures {
  std::uint64_t fingerprints_refused = 0, siblings_refused = 0, kept_served = 0;
  std::uint64_t variants_made = 0;                     // since the start
  std::uint64_t variant_files = 0, variant_bytes = 0;  // that there are
  // Jobs that wait for a press thread: a request waits for it, it should be done soon, it may be
  // done in idle time.
  std::array<std::uint64_t, 3> backlog{};
};

struct ProcessFigures {
  std::uint64_t resident_bytes = 0;
  std::uint32_t open_files = 0, most_files = 0;
  double cpu_seconds = 0;
  std::int64_t started = 0;  // seconds since 1970
};

struct Figures {
  std::string version;
  std::int64_t time_ms = 0;  // since 1970
  bool is_serving = false;   // false: not yet, or not any more
  std::uint32_t lanes = 0;
  std::uint32_t lanes_told = 0;  // of the others stands here what they said last
  std::vector<RouteFigures> routes;
  std::vector<AppFigures> apps;
  std::vector<UrlFigures> slow, faulty;  // worst first
  Connections connections;
  MediaFigures media;
  std::uint64_t log_lines_lost = 0;
  ProcessFigures process;
};

inline constexpr std::size_t most_urls = 10;  // that are told

// Adds what a lane has.
void add(Figures& all, const LaneFigures& lane);
// After the last add(): orders the URLs, and leaves the worst.
void rank_urls(Figures& all);
// The app's entry, made where there is none.
[[nodiscard]] AppFigures& app_named(std::vector<AppFigures>& apps, const std::string& name);

}  // namespace frontis::observe
