// The pins on disk: one SQLite table under `state`, read whole at the start and added to in the
// background, a transaction for all that waits. Owned by Pins; several processes may share one
// folder, and the pin that was written first stays.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "media/database.h"
#include "media/digest.h"
#include "media/press.h"

namespace frontis::media {

struct PinHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
using PinnedContents = std::unordered_map<std::string, Sha256, PinHash, std::equal_to<>>;

class PinStore : public std::enable_shared_from_this<PinStore> {
 public:
  // Opens STATE/pins.sqlite3, made with its folder where missing, and reads at most `most` pins
  // into `pinned`. A damaged database is moved aside and a new one begun, which the log is told.
  // Errors: io when the folder or the database cannot be used, with what to do about it.
  [[nodiscard]] static Result<std::shared_ptr<PinStore>> open(const std::filesystem::path& state,
                                                              Press& press, Log& log,
                                                              std::size_t most,
                                                              PinnedContents& pinned);

  // Has the pin written by a press thread, soon. After a failure the next try is a minute later.
  void save(std::string_view url, const Sha256& content);
  // Writes what waits; a failure keeps it waiting and is said in the log once a minute.
  void flush();

 private:
  struct Pin {
    std::string url;
    Sha256 content;
    std::int64_t seen;  // seconds since 1970
  };

  PinStore(std::filesystem::path file, Press& press, Log& log);

  bool write(const std::vector<Pin>& pins);

  bool is_time_to_flush();
  void keep_waiting(std::vector<Pin> batch);
  void give_up(const std::string& why);

  const std::filesystem::path file_;
  Press& press_;
  Log& log_;
  std::mutex database_mutex_;           // taken before waiting_mutex_
  std::unique_ptr<Database> database_;  // null: damaged while we ran
  std::mutex waiting_mutex_;
  std::vector<Pin> waiting_;
  std::chrono::steady_clock::time_point retry_at_;
  bool is_scheduled_ = false;
  bool is_broken_ = false;  // damaged while we ran: nothing more is kept for it
};

}  // namespace frontis::media
