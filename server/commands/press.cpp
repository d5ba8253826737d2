#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "commands/commands.h"
#include "commands/configuration.h"
#include "commands/press_crew.h"
#include "commands/press_files.h"
#include "commands/press_totals.h"
#include "commands/sibling_presser.h"
#include "commands/state_place.h"
#include "commands/variant_presser.h"

namespace frontis::commands {

namespace {

struct Options {
  std::vector<std::string> directories;
  std::string file;
  std::string state;
  std::vector<std::string> codings;
  unsigned threads = 0;  // 0: one for each core
  bool siblings = false;
  bool max = false;
  bool check = false;
  bool json = false;
};

constexpr unsigned most_threads = 256;

int refuse(const std::string& why, int code) {
  complain("frontis press: " + why);
  return code;
}

// A line that is redrawn is for a person at a terminal that can go back on it.
bool shows_progress() {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr && std::string(terminal) != "dumb";
}

bool is_configured(const Options& options) {
  if (!options.file.empty()) return true;
  std::error_code ignored;
  return std::filesystem::exists("frontis.yaml", ignored) ||
         std::filesystem::exists("/etc/frontis/frontis.yaml", ignored);
}

// What is lacking in what was typed; empty where nothing is.
std::string usage_fault(const Options& options) {
  if (is_configured(options)) return {};
  if (options.state.empty() && !options.siblings) {
    return "there is no ./frontis.yaml and no /etc/frontis/frontis.yaml to say where variants go: "
           "name a configuration with -c FILE, or the state folder of a server with --state DIR, "
           "or have them written beside the files with --siblings";
  }
  if (options.directories.empty()) {
    return "without a configuration, name the directories to press";
  }
  return {};
}

// Who says what to press and where to put it needs no configuration: it is read if it was named.
std::optional<config::Settings> settings_of(const Options& options) {
  const bool says_all = options.file.empty() && !options.directories.empty() &&
                        (options.siblings || !options.state.empty());
  std::optional<config::Settings> settings;
  if (says_all && options.siblings) {
    settings.emplace();
  } else if (says_all) {
    settings = settings_with_state("", options.state);
  } else if (const auto file = find_configuration(options.file)) {
    settings = settings_with_state(file->string(), options.state);
  }
  if (!settings || options.codings.empty()) return settings;
  const auto asked = [&options](const char* name) {
    return std::find(options.codings.begin(), options.codings.end(), name) != options.codings.end();
  };
  settings->press.gzip = asked("gzip");
  settings->press.br = asked("br");
  settings->press.zstd = asked("zstd");
  return settings;
}

Result<std::unique_ptr<FilePresser>> open_presser(const config::Settings& settings,
                                                  const Options& options, const PressEffort& effort,
                                                  Log& log) {
  if (options.siblings) return std::make_unique<SiblingPresser>(settings.press, effort);
  auto opened = VariantPresser::open(settings, effort, log);
  if (!opened) return tl::unexpected(opened.error());
  return std::unique_ptr<FilePresser>(std::move(*opened));
}

int report(const PressSummary& summary, const Findings& findings, const std::string& stopped,
           const Options& options) {
  auto found = findings.all();
  std::sort(found.begin(), found.end());
  for (const std::string& finding : found) complain(finding);
  if (findings.left_out() > 0) complain("and " + std::to_string(findings.left_out()) + " more");
  if (!stopped.empty()) complain("frontis press: " + stopped);
  if (options.json) {
    std::printf("%s\n", press_json(summary, findings).c_str());
  } else if (stopped.empty()) {
    std::fputs(press_table(summary).c_str(), stdout);
  }
  std::fflush(stdout);
  return findings.empty() && stopped.empty() ? done : found_fault;
}

int press_roots_of(const config::Settings& settings, const std::vector<PressRoot>& roots,
                   const Options& options, Log& log) {
  const auto began = std::chrono::steady_clock::now();
  Interrupts interrupts;
  Findings findings;
  const PressList list = list_files(
      roots, [&interrupts] { return interrupts.came(); }, findings);
  std::atomic<bool> give_up{interrupts.came()};
  const auto presser = open_presser(settings, options, {options.max, options.check, &give_up}, log);
  if (!presser) return refuse(presser.error().message, found_fault);
  PressCrew crew(roots, list, **presser, give_up, findings);
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  crew.run(options.threads > 0 ? options.threads : cores, shows_progress(), interrupts);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  const PressSummary summary{wanted_codings(settings.press),
                             list.files,
                             list.tasks.size(),
                             crew.totals(),
                             took.count(),
                             options.check,
                             !crew.stopped().empty()};
  return report(summary, findings, crew.stopped(), options);
}

int press(const Options& options) {
  if (const std::string fault = usage_fault(options); !fault.empty()) {
    return refuse(fault, bad_usage);
  }
  const auto settings = settings_of(options);
  if (!settings) return found_fault;
  if (settings->state.empty() && !options.siblings) {
    return refuse(settings->file.string() +
                      " has no 'state', where variants go: set it, or name a folder with --state "
                      "DIR, or have them written beside the files with --siblings",
                  found_fault);
  }
  const auto roots = press_roots(*settings, options.directories);
  if (!roots) return refuse(roots.error().message, found_fault);
  const auto log = Log::open("stderr", Log::Level::warning);
  if (!log) return refuse(log.error().message, found_fault);
  if (options.siblings) return press_roots_of(*settings, *roots, options, **log);
  const auto acting = act_for_state(*settings, !options.check);
  if (!acting) return refuse(acting.error().message, found_fault);
  return press_roots_of(*settings, *roots, options, **log);
}

}  // namespace

std::function<int()> declare_press(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  app.add_option("DIR", options->directories,
                 "Directories to press (default: all roots of the configuration)");
  declare_configuration(app, options->file, ", unless DIR and --state or --siblings are given");
  auto* const state = app.add_option("--state", options->state,
                                     "State folder to press into, in place of the configuration's")
                          ->type_name("DIR");
  app.add_flag("--siblings", options->siblings,
               "Write .gz, .br and .zst beside the files instead, for any server that serves such")
      ->excludes(state);
  app.add_option("--codings", options->codings,
                 "Only these, such as gzip,br (default: as configured, else all)")
      ->delimiter(',')
      ->check(CLI::IsMember({"gzip", "br", "zstd"}));
  app.add_flag("--max", options->max,
               "gzip by zopfli, some 0.5 % smaller in many times the time, of what is not there "
               "yet");
  app.add_flag("--check", options->check,
               "Build nothing; name what is missing or stale, and exit with 1 if anything is");
  app.add_flag("--json", options->json, "One JSON object in place of the table");
  app.add_option("--threads", options->threads, "Threads (default: one for each core)")
      ->type_name("N")
      ->check(CLI::Range(1U, most_threads));
  return [options] { return press(*options); };
}

}  // namespace frontis::commands
