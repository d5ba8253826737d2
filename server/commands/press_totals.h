// What `frontis press` has found out about one file and about all of them, as plain values, and how
// the sums are shown: a table for a person, one JSON object for a program, a line that moves for a
// terminal.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "commands/findings.h"
#include "config/settings.h"
#include "http/negotiation.h"

namespace frontis::commands {

// What has become of a file in one coding.
struct PressedCoding {
  enum class State : std::uint8_t {
    unwanted,
    built,       // now
    up_to_date,  // it was there
    useless,     // not smaller enough, or the file is too small or too large
    missing,
    stale,  // what is there holds other content
  };
  State state = State::unwanted;
  std::uint64_t size = 0;  // of the coded bytes; only for built and up_to_date
};

struct PressedFile {
  std::uint64_t size = 0;
  std::array<PressedCoding, http::codings> codings{};  // by http::Coding
  std::string fault;                                   // what is wrong all the same, or empty

  PressedCoding& of(http::Coding coding) { return codings[static_cast<std::size_t>(coding)]; }
  const PressedCoding& of(http::Coding coding) const {
    return codings[static_cast<std::size_t>(coding)];
  }
  // "missing gzip, br; stale zstd", or empty.
  std::string lack() const;
};

// Smaller files are of no use in any coding; the variant maker has the same bound.
inline constexpr std::uint64_t smallest_pressed = 64;

// The codings that these settings ask for.
[[nodiscard]] std::vector<http::Coding> wanted_codings(const config::PressSettings& settings);

struct PressTotals {
  struct OfCoding {
    std::uint64_t bytes = 0;  // that would be sent: the file's own where there is no coded form
    std::uint64_t built = 0, up_to_date = 0, useless = 0, lacking = 0;  // files
  };
  std::array<OfCoding, http::codings> codings{};  // by http::Coding
  std::uint64_t files = 0;                        // that were looked at
  std::uint64_t bytes = 0;                        // of these
  std::uint64_t saved = 0;                        // by the smallest form of each

  void add(const PressedFile& file);
  // One that could not be pressed: it is sent as it is.
  void add_failed(std::uint64_t size);
};

// A whole run, as it is told in the end.
struct PressSummary {
  std::vector<http::Coding> codings;  // that were wanted
  std::uint64_t files = 0;            // beneath the roots
  std::uint64_t compressible = 0;     // of these
  PressTotals totals;
  double seconds = 0;
  bool checked = false;  // nothing was to be built
  bool stopped = false;  // before the end
};

[[nodiscard]] std::string press_table(const PressSummary& summary);
// With the findings, on one line.
[[nodiscard]] std::string press_json(const PressSummary& summary, const Findings& findings);

struct PressProgress {
  std::uint64_t files_done = 0, files = 0;
  std::uint64_t bytes_done = 0, bytes = 0;  // of the files' own
  std::uint64_t saved = 0;
  double seconds = 0;  // since the beginning
};

// "[#########.....] 61 %  3,051/5,000 files  saved 41.2 MiB  01:12 left"; percent and time by
// bytes. The bar takes what is left of `columns`, and the line is never longer.
[[nodiscard]] std::string progress_line(const PressProgress& progress, std::size_t columns);

}  // namespace frontis::commands
