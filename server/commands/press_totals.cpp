#include "commands/press_totals.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

namespace frontis::commands {

namespace {

// Of a hundred, with one decimal; a hundred where there was nothing to begin with.
double percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return 100;
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// 1,234,567
std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string in_units(std::uint64_t bytes) {
  constexpr const char* units[] = {"KiB", "MiB", "GiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; amount >= 1024 && unit + 1 < std::size(units); ++unit) amount /= 1024;
  return fmt::format("{:.1f} {}", amount, units[unit]);
}

// 01:12, or 2:01:12 from an hour on.
std::string as_time(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  const std::string rest = fmt::format("{:02}:{:02}", whole / 60 % 60, whole % 60);
  return whole < 3600 ? rest : fmt::format("{}:{}", whole / 3600, rest);
}

std::string took(double seconds) {
  return seconds < 60 ? fmt::format("{:.1f} s", seconds) : as_time(seconds);
}

std::string_view name_of(http::Coding coding) { return http::row_of(coding).token; }

std::string left_text(const PressProgress& progress) {
  if (progress.bytes_done == 0) return "--:-- left";
  const double rate = progress.seconds / static_cast<double>(progress.bytes_done);
  const std::uint64_t left = progress.bytes - std::min(progress.bytes_done, progress.bytes);
  return as_time(rate * static_cast<double>(left)) + " left";
}

}  // namespace

std::string PressedFile::lack() const {
  std::string text;
  const auto name = [this, &text](PressedCoding::State state, std::string_view word) {
    std::string_view before = word;
    for (const http::CodingName& row : http::coding_names) {
      if (of(row.coding).state != state) continue;
      if (before == word && !text.empty()) text += "; ";
      text.append(before).append(" ").append(row.token);
      before = ",";
    }
  };
  name(PressedCoding::State::missing, "missing");
  name(PressedCoding::State::stale, "stale");
  return text;
}

std::vector<http::Coding> wanted_codings(const config::PressSettings& settings) {
  std::vector<http::Coding> wanted;
  if (settings.gzip) wanted.push_back(http::Coding::gzip);
  if (settings.br) wanted.push_back(http::Coding::br);
  if (settings.zstd) wanted.push_back(http::Coding::zstd);
  return wanted;
}

void PressTotals::add(const PressedFile& file) {
  std::uint64_t smallest = file.size;
  for (std::size_t i = 0; i < codings.size(); ++i) {
    const PressedCoding& coding = file.codings[i];
    std::uint64_t sent = file.size;
    switch (coding.state) {
      case PressedCoding::State::unwanted: break;
      case PressedCoding::State::useless: ++codings[i].useless; break;
      case PressedCoding::State::missing:
      case PressedCoding::State::stale: ++codings[i].lacking; break;
      case PressedCoding::State::built:
      case PressedCoding::State::up_to_date:
        ++(coding.state == PressedCoding::State::built ? codings[i].built : codings[i].up_to_date);
        sent = std::min(sent, coding.size);
        break;
    }
    codings[i].bytes += sent;
    smallest = std::min(smallest, sent);
  }
  ++files;
  bytes += file.size;
  saved += file.size - smallest;
}

void PressTotals::add_failed(std::uint64_t size) {
  ++files;
  bytes += size;
  for (OfCoding& coding : codings) coding.bytes += size;
}

std::string press_table(const PressSummary& summary) {
  const PressTotals& totals = summary.totals;
  std::string text = fmt::format(
      "{} files, {} of them compressible, in {}\n\n{:<10}{:>16}{:>8}{:>11}{:>12}{:>14}{}\n",
      grouped(summary.files), grouped(summary.compressible), took(summary.seconds), "", "bytes",
      "%", "built", "up to date", "not worth it", summary.checked ? "   missing" : "");
  text += fmt::format("{:<10}{:>16}{:>8.1f}\n", "as it is", grouped(totals.bytes), 100.0);
  for (const http::Coding coding : summary.codings) {
    const auto& sums = totals.codings[static_cast<std::size_t>(coding)];
    text += fmt::format("{:<10}{:>16}{:>8.1f}{:>11}{:>12}{:>14}", name_of(coding),
                        grouped(sums.bytes), percent(sums.bytes, totals.bytes), grouped(sums.built),
                        grouped(sums.up_to_date), grouped(sums.useless));
    text += summary.checked ? fmt::format("{:>10}\n", grouped(sums.lacking)) : "\n";
  }
  return text;
}

std::string press_json(const PressSummary& summary, const Findings& findings) {
  nlohmann::ordered_json json;
  json["files"] = summary.files;
  json["compressible"] = summary.compressible;
  json["bytes"] = summary.totals.bytes;
  json["codings"] = nlohmann::ordered_json::object();
  for (const http::Coding coding : summary.codings) {
    const auto& sums = summary.totals.codings[static_cast<std::size_t>(coding)];
    json["codings"][std::string(name_of(coding))] = {{"bytes", sums.bytes},
                                                     {"built", sums.built},
                                                     {"useless", sums.useless},
                                                     {"skipped", sums.up_to_date},
                                                     {"missing", sums.lacking}};
  }
  json["seconds"] = std::round(summary.seconds * 1000) / 1000;
  json["stopped"] = summary.stopped;
  json["faults"] = findings.all();
  json["more_faults"] = findings.left_out();
  // Names of files need not be UTF-8.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string progress_line(const PressProgress& progress, std::size_t columns) {
  constexpr std::size_t shortest = 10;
  constexpr std::size_t longest = 40;
  // Not a hundred before the end.
  const double part = progress.files_done >= progress.files
                          ? 100
                          : std::min(99.0, percent(progress.bytes_done, progress.bytes));
  const std::string rest = fmt::format(
      " {:>3} %  {}/{} files  saved {}  {}", static_cast<int>(part), grouped(progress.files_done),
      grouped(progress.files), in_units(progress.saved), left_text(progress));
  const std::size_t taken = rest.size() + 2;
  const std::size_t room = columns > taken ? columns - taken : 0;
  const std::size_t width = std::clamp(room, shortest, longest);
  const auto full = static_cast<std::size_t>(part / 100 * static_cast<double>(width));
  std::string line = "[" + std::string(full, '#') + std::string(width - full, '.') + "]" + rest;
  line.resize(std::min(line.size(), columns));
  return line;
}

}  // namespace frontis::commands
