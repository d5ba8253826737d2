#include "commands/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace frontis::commands {

namespace {

using Json = nlohmann::json;

constexpr std::string_view bold = "1", dim = "2", red = "31", green = "32", yellow = "33";
constexpr std::size_t rows_shown = 5;

// ---- numbers

std::string figure(double value) {
  if (value >= 1e9) return fmt::format("{:.3g}G", value / 1e9);
  if (value >= 1e6) return fmt::format("{:.3g}M", value / 1e6);
  if (value >= 1e4) return fmt::format("{:.3g}k", value / 1e3);
  return value >= 100 || value == std::floor(value) ? fmt::format("{:.0f}", value)
                                                    : fmt::format("{:.1f}", value);
}

std::string counted(double count, const char* one, const char* more) {
  return figure(count) + " " + (count == 1 ? one : more);
}

std::string bytes(double value) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < std::size(units); ++unit) value /= 1024;
  return unit == 0 || value >= 100 ? fmt::format("{:.0f} {}", value, units[unit])
                                   : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string seconds(double value) {
  if (value <= 0) return "-";
  if (value < 1e-3) return fmt::format("{:.0f} us", value * 1e6);
  if (value < 1) return fmt::format("{:.3g} ms", value * 1e3);
  return fmt::format("{:.3g} s", value);
}

std::string percent(double share) { return fmt::format("{:.3g} %", share * 100); }

std::string age(std::int64_t length) {
  if (length >= 86'400) return fmt::format("{} d {} h", length / 86'400, length / 3600 % 24);
  if (length >= 3600) return fmt::format("{} h {} min", length / 3600, length / 60 % 60);
  if (length >= 60) return fmt::format("{} min {} s", length / 60, length % 60);
  return fmt::format("{} s", std::max<std::int64_t>(length, 0));
}

double sum(const Json& list) {
  double all = 0;
  for (const Json& one : list) all += one.get<double>();
  return all;
}

double number(const Json& object, const char* key) { return object.at(key).get<double>(); }

// ---- the page

class Page {
 public:
  Page(bool in_colour, std::size_t columns) : in_colour_(in_colour), columns_(columns) {}

  std::string painted(std::string_view colour, std::string_view text) const {
    return in_colour_ ? fmt::format("\033[{}m{}\033[0m", colour, text) : std::string(text);
  }
  void line(std::string_view title, const std::string& text) {
    text_ += painted(dim, fmt::format("{:<12}", title)) + text + "\n";
  }
  void plain(const std::string& text) { text_ += text + "\n"; }
  // The first column takes what the others leave.
  void table(const std::vector<std::string>& titles,
             const std::vector<std::vector<std::string>>& rows);
  std::string take() { return std::move(text_); }

 private:
  std::string row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths);

  const bool in_colour_;
  const std::size_t columns_;
  std::string text_;
};

void Page::table(const std::vector<std::string>& titles,
                 const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(titles.size());
  for (std::size_t i = 0; i < titles.size(); ++i) {
    widths[i] = titles[i].size();
    for (const auto& one : rows) widths[i] = std::max(widths[i], one[i].size());
  }
  std::size_t others = 0;
  for (std::size_t i = 1; i < widths.size(); ++i) others += widths[i] + 2;
  const std::size_t least = 16;
  widths[0] = std::min(widths[0], std::max(columns_ > others ? columns_ - others : 0, least));
  text_ += "\n" + painted(dim, row(titles, widths)) + "\n";
  for (const auto& one : rows) text_ += row(one, widths) + "\n";
}

std::string Page::row(const std::vector<std::string>& cells,
                      const std::vector<std::size_t>& widths) {
  std::string first = cells[0];
  if (first.size() > widths[0]) first = first.substr(0, widths[0] - 3) + "...";
  std::string text = fmt::format("{:<{}}", first, widths[0]);
  for (std::size_t i = 1; i < cells.size(); ++i) {
    text += fmt::format("  {:>{}}", cells[i], widths[i]);
  }
  return text;
}

void write_head(const Json& status, Page& page) {
  const bool is_serving = status.at("serving").get<bool>();
  const double lanes = number(status, "lanes");
  const double told = number(status, "lanes_told");
  const auto up = status.at("time").get<std::int64_t>() / 1000 -
                  status.at("process").at("started").get<std::int64_t>();
  page.plain(page.painted(bold, "Frontis " + printable(status.at("version").get<std::string>())) +
             "  " +
             (is_serving ? page.painted(green, "serving") : page.painted(yellow, "stopping")) +
             "  up " + age(up) + ", " + counted(lanes, "loop", "loops") + ", " +
             counted(sum(status.at("totals").at("classes")), "request", "requests") + " so far");
  if (told < lanes) {
    page.plain(page.painted(yellow, fmt::format("{:.0f} of {:.0f} loops did not say in time what "
                                                "they counted: these are older figures",
                                                lanes - told, lanes)));
  }
}

void write_now(const Json& status, Page& page) {
  const Json& now = status.at("now");
  const Json& classes = now.at("classes");
  const double requests = number(now, "requests");
  const double errors = classes.at(3).get<double>() + classes.at(4).get<double>();
  const std::string faulty = percent(requests > 0 ? errors / requests : 0) + " errors";
  page.line("requests", figure(requests) + " a second, half within " + seconds(number(now, "p50")) +
                            ", 99 % within " + seconds(number(now, "p99")) + ", " +
                            (errors > 0 ? page.painted(red, faulty) : faulty));
  const Json& totals = status.at("totals");
  const double sent = number(totals, "bytes");
  const double saved = number(totals, "saved");
  page.line("sent", bytes(number(now, "bytes")) + " a second; since the start " + bytes(sent) +
                        ", and " + bytes(saved) + " saved by compression");
  page.line("files", percent(number(now, "hit_ratio")) + " from memory, " +
                         percent(number(now, "not_modified_ratio")) + " of answers 304");
  const Json& connections = status.at("connections");
  page.line("connections",
            fmt::format("{:.0f} idle, {:.0f} sending, {:.0f} being answered, "
                        "{:.0f} ending",
                        number(connections, "idle"), number(connections, "reading"),
                        number(connections, "answering"), number(connections, "closing")));
}

void write_rest(const Json& status, Page& page) {
  const Json& files = status.at("files");
  page.line("press", counted(sum(files.at("backlog")), "job waits", "jobs wait") + "; " +
                         counted(number(files, "variants"), "variant", "variants") + ", " +
                         bytes(number(files, "variants_bytes")) + "; " +
                         figure(number(files, "variants_made")) + " made since the start");
  const Json& process = status.at("process");
  page.line("process", bytes(number(process, "memory")) + ", " +
                           fmt::format("{:.2f}", number(status.at("now"), "processor")) +
                           " cores, " + figure(number(process, "open_files")) + " of " +
                           figure(number(process, "most_files")) + " files open");
  const double lost = number(status.at("totals"), "log_lines_lost");
  if (lost > 0) {
    page.line("access log",
              page.painted(red, counted(lost, "line", "lines") + " could not be written"));
  }
}

// Requests of the last minute, each second a mark of one of eight heights.
void write_history(const Json& status, Page& page) {
  constexpr std::string_view marks[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                        "\u2585", "\u2586", "\u2587", "\u2588"};
  const Json& history = status.at("history");
  const std::size_t begin = history.size() - std::min<std::size_t>(history.size(), 60);
  double top = 0;
  for (std::size_t i = begin; i < history.size(); ++i) {
    top = std::max(top, number(history.at(i), "requests"));
  }
  if (top <= 0) return;
  std::string line;
  for (std::size_t i = begin; i < history.size(); ++i) {
    const double height = number(history.at(i), "requests") / top * (std::size(marks) - 1);
    line += marks[static_cast<std::size_t>(std::clamp(std::round(height), 0.0, 7.0))];
  }
  page.line("last minute", page.painted(green, line) + " up to " + figure(top) + " a second");
}

void write_apps(const Json& apps, Page& page) {
  std::vector<std::vector<std::string>> rows;
  for (const Json& app : apps) {
    rows.push_back({printable(app.at("name").get<std::string>()),
                    figure(number(app, "up")) + " of " + figure(number(app, "backends")),
                    figure(number(app, "busy")), figure(number(app, "waiting")),
                    seconds(number(app, "p50")), seconds(number(app, "p99")),
                    figure(sum(app.at("classes"))), figure(app.at("classes").at(4).get<double>())});
  }
  if (rows.empty()) return;
  page.table({"Application", "up", "busy", "queue", "half in", "99 % in", "requests", "5xx"}, rows);
}

void write_urls(const Json& status, Page& page) {
  std::vector<std::vector<std::string>> slow, faulty;
  for (const Json& url : status.at("slow")) {
    if (slow.size() == rows_shown) break;
    const double times = std::max(1.0, number(url, "times"));
    slow.push_back({printable(url.at("url").get<std::string>()), figure(number(url, "times")),
                    seconds(number(url, "weight") / times / 1e6),
                    seconds(number(url, "worst") / 1e6)});
  }
  for (const Json& url : status.at("faulty")) {
    if (faulty.size() == rows_shown) break;
    faulty.push_back({printable(url.at("url").get<std::string>()), figure(number(url, "times")),
                      figure(number(url, "status"))});
  }
  if (!slow.empty()) {
    page.table({"Slowest of the last minutes", "times", "mean", "longest"}, slow);
  }
  if (!faulty.empty()) page.table({"Most errors of the last minutes", "times", "last"}, faulty);
}

}  // namespace

std::optional<std::string> status_text(const std::string& json, bool in_colour,
                                       std::size_t columns) {
  try {
    const Json status = Json::parse(json);
    Page page(in_colour, columns);
    write_head(status, page);
    write_now(status, page);
    write_rest(status, page);
    write_history(status, page);
    write_apps(status.at("apps"), page);
    write_urls(status, page);
    return page.take();
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace frontis::commands
