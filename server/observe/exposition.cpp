#include "observe/exposition.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

namespace frontis::observe {

namespace {

constexpr std::array<std::string_view, status_classes> class_names{"1xx", "2xx", "3xx", "4xx",
                                                                   "5xx"};

std::string_view variant_name(std::size_t kind) {
  return kind == no_variant ? "none" : http::coding_names[kind].token;
}

using Label = std::pair<std::string_view, std::string_view>;

// The text as it grows: families, each with its samples.
class Text {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  template <typename Value>
  void sample(std::initializer_list<Label> labels, Value value) {
    line("", labels, value);
  }
  void histogram(std::initializer_list<Label> labels, const Histogram& histogram);

  // A family of one sample.
  template <typename Value>
  void counter(std::string_view name, Value value, std::string_view help) {
    family(name, "counter", help);
    sample({}, value);
  }
  template <typename Value>
  void gauge(std::string_view name, Value value, std::string_view help) {
    family(name, "gauge", help);
    sample({}, value);
  }

  std::string take() { return std::move(text_); }

 private:
  template <typename Value>
  void line(std::string_view suffix, std::initializer_list<Label> labels, Value value,
            std::string_view bound = {}) {
    text_.append(name_).append(suffix);
    char before = '{';
    for (const auto& [name, text] : labels) {
      text_ += fmt::format("{}{}=\"{}\"", std::exchange(before, ','), name, label_value(text));
    }
    if (!bound.empty()) text_ += fmt::format("{}le=\"{}\"", std::exchange(before, ','), bound);
    if (before == ',') text_ += '}';
    text_ += fmt::format(" {}\n", value);
  }

  std::string_view name_;
  std::string text_;
};

void Text::histogram(std::initializer_list<Label> labels, const Histogram& histogram) {
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < Histogram::bounds.size(); ++i) {
    below += histogram.counts[i];
    line("_bucket", labels, below, fmt::format("{}", Histogram::bounds[i] / 1e6));
  }
  line("_bucket", labels, histogram.total(), "+Inf");
  line("_sum", labels, static_cast<double>(histogram.sum_us) / 1e6);
  line("_count", labels, histogram.total());
}

void write_requests(const Figures& figures, Text& text) {
  text.family("frontis_http_requests_total", "counter",
              "Requests that were answered, by site, route, class of the status and variant of "
              "the file (none: the answer was no file).");
  for (const RouteFigures& route : figures.routes) {
    for (std::size_t kind = 0; kind < variant_kinds; ++kind) {
      for (std::size_t c = 0; c < status_classes; ++c) {
        if (route.requests[kind][c] == 0) continue;
        text.sample({{"site", route.site},
                     {"route", route.route},
                     {"status", class_names[c]},
                     {"variant", variant_name(kind)}},
                    route.requests[kind][c]);
      }
    }
  }
  text.family("frontis_http_request_duration_seconds", "histogram",
              "Time from the end of a request's head to the last byte of its answer.");
  for (const RouteFigures& route : figures.routes) {
    text.histogram({{"site", route.site}, {"route", route.route}}, route.duration);
  }
}

void write_of_routes(const Figures& figures, std::string_view name, std::string_view help,
                     std::uint64_t RouteFigures::*member, Text& text) {
  text.family(name, "counter", help);
  for (const RouteFigures& route : figures.routes) {
    text.sample({{"site", route.site}, {"route", route.route}}, route.*member);
  }
}

void write_routes(const Figures& figures, Text& text) {
  write_requests(figures, text);
  write_of_routes(figures, "frontis_http_response_body_bytes_total",
                  "Bytes of bodies that were sent.", &RouteFigures::bytes, text);
  write_of_routes(figures, "frontis_http_saved_bytes_total",
                  "Bytes that files would have taken uncompressed, beyond what was sent.",
                  &RouteFigures::saved, text);
  write_of_routes(figures, "frontis_http_not_modified_total",
                  "Answers 304: the client had the file already.", &RouteFigures::not_modified,
                  text);
  write_of_routes(figures, "frontis_hot_cache_hits_total",
                  "Answers with files that were ready in memory.", &RouteFigures::hits, text);
  write_of_routes(figures, "frontis_hot_cache_misses_total",
                  "Answers with files that had to be looked up first.", &RouteFigures::misses,
                  text);
}

void write_connections(const Connections& connections, Text& text) {
  text.family("frontis_connections", "gauge",
              "Open connections of clients: between two requests, sending one, being answered, "
              "or ending.");
  text.sample({{"state", "idle"}}, connections.idle);
  text.sample({{"state", "reading"}}, connections.reading);
  text.sample({{"state", "answering"}}, connections.answering);
  text.sample({{"state", "closing"}}, connections.closing);
}

void write_of_apps(const Figures& figures, std::string_view name, std::string_view help,
                   std::uint32_t AppFigures::*member, Text& text) {
  text.family(name, "gauge", help);
  for (const AppFigures& app : figures.apps) text.sample({{"app", app.name}}, app.*member);
}

void write_of_apps(const Figures& figures, std::string_view name, std::string_view help,
                   std::uint64_t AppFigures::*member, Text& text) {
  text.family(name, "counter", help);
  for (const AppFigures& app : figures.apps) text.sample({{"app", app.name}}, app.*member);
}

void write_apps(const Figures& figures, Text& text) {
  if (figures.apps.empty()) return;
  text.family("frontis_app_requests_total", "counter",
              "Requests that an application was asked, by class of the status that the client "
              "got.");
  for (const AppFigures& app : figures.apps) {
    for (std::size_t c = 0; c < status_classes; ++c) {
      text.sample({{"app", app.name}, {"status", class_names[c]}}, app.requests[c]);
    }
  }
  text.family("frontis_app_answer_duration_seconds", "histogram",
              "Time from when the application had a request until its answer began.");
  for (const AppFigures& app : figures.apps) {
    text.histogram({{"app", app.name}}, app.duration);
  }
  write_of_apps(figures, "frontis_app_retries_total",
                "Requests that were given to an application once more.", &AppFigures::retries,
                text);
  write_of_apps(figures, "frontis_app_cached_answers_total",
                "Requests that were answered with what an application had answered before, "
                "without asking it.",
                &AppFigures::cached, text);
  write_of_apps(figures, "frontis_app_refreshes_total",
                "Requests to an application that no client waited for, to renew what is cached.",
                &AppFigures::refreshes, text);
  write_of_apps(figures, "frontis_app_backends", "Addresses or processes of an application.",
                &AppFigures::backends, text);
  write_of_apps(figures, "frontis_app_backends_up", "Those of them that answer.", &AppFigures::up,
                text);
  write_of_apps(figures, "frontis_app_busy", "Requests that are at an application now.",
                &AppFigures::busy, text);
  write_of_apps(figures, "frontis_app_queue", "Requests that wait for a place at an application.",
                &AppFigures::waiting, text);
}

void write_media(const MediaFigures& media, Text& text) {
  text.counter("frontis_fingerprints_refused_total", media.fingerprints_refused,
               "Files whose name had a fingerprint that their bytes do not have.");
  text.counter("frontis_siblings_refused_total", media.siblings_refused,
               "Compressed siblings of files that do not hold the same.");
  text.counter("frontis_kept_versions_served_total", media.kept_served,
               "Answers with a version of a file that has gone from its folder.");
  text.counter("frontis_press_variants_made_total", media.variants_made,
               "Compressed variants that were made.");
  text.gauge("frontis_press_variants", media.variant_files, "Compressed variants that are kept.");
  text.gauge("frontis_press_variants_bytes", media.variant_bytes, "Bytes of these.");
  text.family("frontis_press_backlog", "gauge",
              "Work on files that waits for a thread: a request waits for it, it is wanted soon, "
              "or it is for idle time.");
  text.sample({{"rank", "request_waits"}}, media.backlog[0]);
  text.sample({{"rank", "soon"}}, media.backlog[1]);
  text.sample({{"rank", "idle"}}, media.backlog[2]);
}

void write_process(const Figures& figures, Text& text) {
  text.counter("frontis_access_log_lines_lost_total", figures.log_lines_lost,
               "Lines of the access log that could not be written.");
  text.gauge("frontis_ready", figures.is_serving ? 1 : 0,
             "Whether the server takes requests: 0 while it stops.");
  text.gauge("frontis_lanes", figures.lanes, "Loops that serve.");
  text.gauge("frontis_lanes_told", figures.lanes_told,
             "Those that said in time what they counted; of the others these are older figures.");
  text.family("frontis_build_info", "gauge", "The version of this server.");
  text.sample({{"version", figures.version}}, 1);
  const ProcessFigures& process = figures.process;
  text.gauge("process_resident_memory_bytes", process.resident_bytes, "Memory that is in use.");
  text.gauge("process_open_fds", process.open_files, "Open file descriptors.");
  text.gauge("process_max_fds", process.most_files, "How many of them there may be.");
  text.counter("process_cpu_seconds_total", process.cpu_seconds,
               "Processor time of this process, without those of applications.");
  text.gauge("process_start_time_seconds", process.started, "When it was started, since 1970.");
}

}  // namespace

std::string label_value(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\n') {
      escaped += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string exposition(const Figures& figures) {
  Text text;
  write_routes(figures, text);
  write_connections(figures.connections, text);
  write_apps(figures, text);
  write_media(figures.media, text);
  write_process(figures, text);
  return text.take();
}

}  // namespace frontis::observe
