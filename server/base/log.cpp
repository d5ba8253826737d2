#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <filesystem>

namespace frontis {

namespace {

// What a logger writes to can be changed while it is used only behind one that stays.
using Outlet = spdlog::sinks::dist_sink_mt;

spdlog::level::level_enum to_spdlog(Log::Level level) {
  switch (level) {
    case Log::Level::debug: return spdlog::level::debug;
    case Log::Level::info: return spdlog::level::info;
    case Log::Level::warning: return spdlog::level::warn;
    case Log::Level::error: return spdlog::level::err;
    case Log::Level::off: return spdlog::level::off;
  }
  return spdlog::level::info;
}

Result<spdlog::sink_ptr> open_sink(const std::string& file) {
  spdlog::sink_ptr sink;
  try {
    if (file == "stderr") {
      sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    } else {
      // spdlog would make the folders of a mistyped path.
      const auto folder = std::filesystem::absolute(file).parent_path();
      if (!std::filesystem::is_directory(folder)) {
        return fail(ErrorKind::io, "cannot open the error log " + file + ": there is no folder " +
                                       folder.string() + "; make it or change log.file");
      }
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
    }
  } catch (const std::exception& error) {  // spdlog's, or the file system's
    return fail(ErrorKind::io, "cannot open the error log " + file + " (" + error.what() +
                                   "): make its folder writable or set log.file");
  }
  sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  return sink;
}

}  // namespace

Log::Log(std::string file)
    : file_(std::move(file)),
      logger_(std::make_shared<spdlog::logger>("frontis", std::make_shared<Outlet>())) {
  logger_->flush_on(spdlog::level::debug);
  // A full disk must not stop the service, and a complaint about it has nowhere to go.
  logger_->set_error_handler([](const std::string&) {});
}

Result<std::unique_ptr<Log>> Log::open(const std::string& file, Level level) {
  std::unique_ptr<Log> log(new Log(file));
  if (auto changed = log->change(file, level); !changed) return tl::unexpected(changed.error());
  return log;
}

std::unique_ptr<Log> Log::silent() { return std::unique_ptr<Log>(new Log("")); }

Result<void> Log::reopen() {
  if (file_.empty() || file_ == "stderr") return {};
  return change(file_, level_);
}

Result<void> Log::change(const std::string& file, Level level) {
  auto sink = open_sink(file);
  if (!sink) return tl::unexpected(sink.error());
  static_cast<Outlet&>(*logger_->sinks().front()).set_sinks({std::move(*sink)});
  logger_->set_level(to_spdlog(level));
  file_ = file;
  level_ = level;
  return {};
}

void Log::write(Level level, const std::string& message) {
  logger_->log(to_spdlog(level), "{}", message);
}

void Log::once_a_minute(const std::string& key, Level level, const std::string& message) {
  constexpr auto interval = std::chrono::minutes(1);
  constexpr std::size_t most_keys = 1000;
  const auto now = std::chrono::steady_clock::now();
  unsigned kept_back = 0;
  {
    const std::lock_guard lock(mutex_);
    if (repeats_.size() > most_keys) repeats_.clear();
    const auto [entry, is_new] = repeats_.try_emplace(key, Repeat{now, 0});
    if (!is_new) {
      if (now - entry->second.said < interval) {
        ++entry->second.kept_back;
        return;
      }
      kept_back = std::exchange(entry->second.kept_back, 0);
      entry->second.said = now;
    }
  }
  if (kept_back == 0) return write(level, message);
  write(level, fmt::format("{} ({} more in the last minute)", message, kept_back));
}

void Log::flush() { logger_->flush(); }

}  // namespace frontis
