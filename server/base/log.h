// The error log: what the operator must know, to stderr or a file, through spdlog. One Log is
// made by the front hall and handed to whoever may have something to say; it may be used from
// any thread. Its file can be opened anew while it is used, for whoever rotates logs. Messages name
// the thing, what was found, and what to do about it.
#pragma once

#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace spdlog {
class logger;
}

namespace frontis {

class Log {
 public:
  enum class Level { debug, info, warning, error, off };

  // `file` is a path or "stderr". A path that cannot be opened is an error that names it.
  [[nodiscard]] static Result<std::unique_ptr<Log>> open(const std::string& file, Level level);
  // Says nothing: for tests and for commands that print their own findings.
  [[nodiscard]] static std::unique_ptr<Log> silent();

  // After the file was renamed: the next message goes to a new one of its old name. Nothing to do
  // for stderr. An error is as of open(), and leaves everything as it was. These two are for one
  // thread at a time; others may write meanwhile, and no message is lost or cut.
  [[nodiscard]] Result<void> reopen();
  // Another file and another level from the next message on.
  [[nodiscard]] Result<void> change(const std::string& file, Level level);

  template <typename... Args>
  void debug(fmt::format_string<Args...> text, Args&&... args) {
    write(Level::debug, fmt::format(text, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void info(fmt::format_string<Args...> text, Args&&... args) {
    write(Level::info, fmt::format(text, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void warning(fmt::format_string<Args...> text, Args&&... args) {
    write(Level::warning, fmt::format(text, std::forward<Args>(args)...));
  }
  template <typename... Args>
  void error(fmt::format_string<Args...> text, Args&&... args) {
    write(Level::error, fmt::format(text, std::forward<Args>(args)...));
  }

  // A fault that would repeat with every request is said once per minute under its `key`; the
  // next time it is said, the number of times that it was not is added.
  void once_a_minute(const std::string& key, Level level, const std::string& message);

  void write(Level level, const std::string& message);
  void flush();

 private:
  explicit Log(std::string file);

  struct Repeat {
    std::chrono::steady_clock::time_point said;
    unsigned kept_back = 0;
  };

  std::string file_;  // or "stderr"; empty: silent
  Level level_ = Level::info;
  std::shared_ptr<spdlog::logger> logger_;
  std::mutex mutex_;
  std::unordered_map<std::string, Repeat> repeats_;  // bounded: cleared when it grows past 1,000
};

}  // namespace frontis
