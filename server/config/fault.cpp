#include "config/fault.h"

#include <algorithm>

#include "base/text.h"

namespace frontis::config {

namespace {

constexpr std::size_t max_kept = 1000;  // of a file that is nothing but faults
constexpr std::size_t max_told = 100;

}  // namespace

std::string Fault::text() const {
  if (line == 0) return file + ": " + message;
  return file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message;
}

void Faults::add(Place at, std::string message) {
  if (found_.size() < max_kept) found_.push_back({at, std::move(message)});
}

std::string Faults::place(Place at) const {
  return file_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::vector<Fault> Faults::sorted() const {
  // A part of the file that is used twice through an alias has the same fault at the same place.
  std::vector<Found> all = found_;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  if (all.size() > max_told) all.resize(max_told);

  std::vector<Fault> out;
  out.reserve(all.size());
  for (Found& one : all) {
    out.push_back({file_, one.at.line, one.at.column, std::move(one.message)});
  }
  return out;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest_shown = 60;
  return "'" + printable(text, longest_shown) + "'";
}

}  // namespace frontis::config
