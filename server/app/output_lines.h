// Makes whole lines of what a process writes, as they may stand in our log: control characters
// are shown as '?', and what is longer than a bound comes in pieces. Owned by the worker process.
// Beside it what is to be known of lines: whether they tell of a failure, and how many there may
// be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.h"

namespace frontis::app {

class OutputLines {
 public:
  static constexpr std::size_t longest = 8 * 1024;

  // Calls `line` with each line that is now whole; the view is good during the call.
  template <typename Call>
  void add(std::string_view bytes, Call line) {
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      const std::size_t room = longest - waiting_.size();
      const bool is_whole = end != bytes.npos && end <= room;
      const std::string_view part = bytes.substr(0, is_whole ? end : room);
      append(part);
      bytes.remove_prefix(is_whole ? end + 1 : part.size());
      if (is_whole || waiting_.size() == longest) give(line);
    }
  }
  // The last line, if it had no end.
  template <typename Call>
  void end(Call line) {
    if (!waiting_.empty()) give(line);
  }

 private:
  template <typename Call>
  void give(Call line) {
    if (!waiting_.empty()) line(std::string_view(waiting_));
    waiting_.clear();
  }
  void append(std::string_view part) {
    for (const char c : part) {
      const bool is_control = (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
      if (c != '\r') waiting_.push_back(is_control ? '?' : c);
    }
  }

  std::string waiting_;
};

// Which of the lines of one process belong to a traceback of Python: whoever reads errors only must
// see them.
class TracebackLines {
 public:
  bool has(std::string_view line) {
    const bool is_indented = line.starts_with(' ') || line.starts_with('\t');
    if (line.ends_with("Traceback (most recent call last):")) {
      at_ = At::frames;
    } else if (at_ == At::frames && !is_indented) {
      at_ = At::told;  // this line names the exception
    } else if (at_ == At::told && !is_indented && !leads_to_another(line)) {
      at_ = At::outside;
    }
    return at_ != At::outside;
  }

 private:
  enum class At { outside, frames, told };
  static bool leads_to_another(std::string_view line) {
    return line.starts_with("During handling of the above exception, another") ||
           line.starts_with("The above exception was the direct cause");
  }

  At at_ = At::outside;
};

// How many lines an application may say: so many in a second, the rest are counted only.
class LineAllowance {
 public:
  static constexpr std::uint32_t most_in_a_second = 1000;

  bool allows(Instant now) {
    if (now - began_ >= std::chrono::seconds(1)) {
      began_ = now;
      said_ = 0;
    }
    if (said_ == most_in_a_second) {
      ++dropped_;
      return false;
    }
    ++said_;
    return true;
  }
  // How many were dropped since this was asked; 0 while it is still the same second.
  std::uint64_t take_dropped(Instant now) {
    return now - began_ < std::chrono::seconds(1) ? 0 : take_dropped();
  }
  // The same, but also in the middle of a second.
  std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }
  bool has_dropped() const { return dropped_ > 0; }

 private:
  Instant began_{};
  std::uint32_t said_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace frontis::app
