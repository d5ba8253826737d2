#include "media/kept.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/kept_url.h"
#include "commands/state_place.h"
#include "media/index.h"

namespace frontis::commands {

namespace {

struct Options {
  std::string file;
  std::string state;
  bool json = false;
  std::vector<std::string> urls;
};

// What is kept under a state folder, for as long as this lives. Nothing is, where there is none.
struct Shelf {
  config::Settings settings;
  std::unique_ptr<Log> log;
  std::unique_ptr<ActingUser> acting;
  std::unique_ptr<media::Index> index;
  std::unique_ptr<media::Kept> kept;
};

std::optional<Shelf> refuse(const std::string& why) {
  complain("frontis kept: " + why);
  return std::nullopt;
}

// None: stderr says why.
std::optional<Shelf> open_shelf(const Options& options) {
  auto settings = settings_with_state(options.file, options.state);
  if (!settings) return std::nullopt;
  if (settings->state.empty()) {
    return refuse(
        settings->file.string() +
        " has no 'state', without which nothing is kept; set it, or name a folder with --state");
  }
  auto log = Log::open("stderr", Log::Level::warning);
  if (!log) return refuse(log.error().message);
  auto acting = act_for_state(*settings, false);
  if (!acting) return refuse(acting.error().message);
  Shelf shelf{std::move(*settings), std::move(*log), std::move(*acting), nullptr, nullptr};
  std::error_code ignored;
  if (!std::filesystem::exists(shelf.settings.state / "index.sqlite3", ignored)) return shelf;
  auto index = media::Index::open(shelf.settings.state, *shelf.log);
  if (!index) return refuse(index.error().message);
  shelf.index = std::move(*index);
  shelf.kept = std::make_unique<media::Kept>(shelf.settings.state / "kept", shelf.settings.keep,
                                             shelf.index.get(), *shelf.log);
  return shelf;
}

std::string as_date(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  if (::gmtime_r(&time, &parts) == nullptr) return "?";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min);
}

const char* trust_of(const media::KeptRow& row) { return row.by_list ? "list" : "name"; }

void print_table(const std::vector<media::KeptRow>& rows) {
  constexpr std::size_t longest = 4096;
  constexpr std::size_t widest = 100;
  std::size_t width = 3;
  for (const auto& row : rows) width = std::max(width, printable(row.url, longest).size());
  width = std::min(width, widest);
  std::uint64_t bytes = 0;
  if (!rows.empty()) {
    fmt::print("{:<{}}{:>14}  {:<16}  {}\n", "URL", width, "bytes", "last seen (UTC)",
               "trusted by");
  }
  for (const auto& row : rows) {
    fmt::print("{:<{}}{:>14}  {:<16}  {}\n", printable(row.url, longest), width, row.size,
               as_date(row.seen), trust_of(row));
    bytes += row.size;
  }
  fmt::print("{} versions are kept, {} bytes\n", rows.size(), bytes);
}

void print_json(const std::vector<media::KeptRow>& rows) {
  nlohmann::ordered_json json;
  json["kept"] = nlohmann::ordered_json::array();
  std::uint64_t bytes = 0;
  for (const auto& row : rows) {
    json["kept"].push_back({{"url", row.url},
                            {"bytes", row.size},
                            {"seen", row.seen},
                            {"trusted_by", trust_of(row)},
                            {"sha256", to_hex(row.content)}});
    bytes += row.size;
  }
  json["bytes"] = bytes;
  fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

int list(const Options& options) {
  const auto shelf = open_shelf(options);
  if (!shelf) return found_fault;
  const auto rows = shelf->kept ? shelf->kept->list() : std::vector<media::KeptRow>();
  options.json ? print_json(rows) : print_table(rows);
  return done;
}

int purge(const Options& options) {
  const auto shelf = open_shelf(options);
  if (!shelf) return found_fault;
  int code = done;
  for (const std::string& typed : options.urls) {
    const auto names = kept_names(typed, shelf->settings);
    const auto is_purged = [&shelf](const std::string& name) {
      return shelf->kept && shelf->kept->purge(name);
    };
    const auto purged = std::find_if(names.begin(), names.end(), is_purged);
    if (purged != names.end()) {
      fmt::print("purged {}\n", printable(*purged, 4096));
      continue;
    }
    complain("frontis kept: " + printable(typed, 4096) +
             " is not kept; `frontis kept list` names what is");
    code = found_fault;
  }
  return code;
}

void add_place(CLI::App& app, Options& options) {
  declare_configuration(app, options.file);
  app.add_option("--state", options.state, "State folder, in place of the configuration's")
      ->type_name("DIR");
}

}  // namespace

std::function<int()> declare_kept(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* const lists = app.add_subcommand("list", "Show what is kept, seen last first");
  add_place(*lists, *options);
  lists->add_flag("--json", options->json, "One JSON object in place of the table");
  CLI::App* const purges =
      app.add_subcommand("purge", "Take versions away, also while a server runs");
  add_place(*purges, *options);
  purges->add_option("URL", options->urls, "As `frontis kept list` shows it, or with http://")
      ->required();
  app.require_subcommand(1);
  return [options, lists] { return lists->parsed() ? list(*options) : purge(*options); };
}

}  // namespace frontis::commands
