// Names that are trusted because we watch them: the SHA-256 first seen under a URL that was
// declared fingerprinted (or that a manifest lists, but whose scheme cannot be computed). Kept
// in SQLite under `state`, so a restart forgets nothing; in memory alone where there is no
// state. Shared by all loops and press threads; a look-up takes a lock and no disk.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/log.h"
#include "media/digest.h"
#include "media/pin_store.h"
#include "media/press.h"

namespace frontis::media {

class Pins {
 public:
  // Reads STATE/pins.sqlite3 (made where missing). When the database cannot be opened, is
  // damaged or cannot be written, pins live in memory and the log says so and what to do: a
  // damaged one is moved aside to pins.sqlite3.damaged-<seconds>, never deleted. An empty
  // `state` means memory alone, and is nothing to complain about.
  Pins(const std::filesystem::path& state, Press& press, Log& log, std::size_t most = most_pins);
  // Writes what still waits.
  ~Pins();
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;

  enum class Verdict {
    first,    // never seen: pinned now (the write goes to a press thread)
    same,     // the content that was pinned
    changed,  // other content than was pinned: the promise was broken
    full,     // as many as may be are held: not pinned, not trusted
  };
  // `url` is site and path: "www.example.org/static/app-20080206.css".
  [[nodiscard]] Verdict check(std::string_view url, const Sha256& content);

  static constexpr std::size_t most_pins = 1'000'000;

 private:
  Verdict look_up(std::string_view url, const Sha256& content);
  void save(std::string_view url, const Sha256& content);

  Log& log_;
  const std::filesystem::path state_;
  const std::size_t most_;
  std::mutex mutex_;
  PinnedContents pinned_;
  std::shared_ptr<PinStore> store_;  // null: memory alone
};

}  // namespace frontis::media
