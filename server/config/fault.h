// A fault of a configuration file: where it is, and what to do about it. Reading goes on after
// each one, so that a single run of `frontis check` names them all; Faults gathers them on the
// way and gives them out in the order of the file.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace frontis::config {

// Both count from 1, the column in bytes. Line 0: the file as a whole.
struct Place {
  int line = 0;
  int column = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

struct Fault {
  std::string file;  // as it was named on the command line
  int line = 0;
  int column = 0;
  std::string message;

  // "frontis.yaml:12:7: unknown key 'exires'; did you mean 'expires'?"
  std::string text() const;
};

class Faults {
 public:
  explicit Faults(std::string file) : file_(std::move(file)) {}

  void add(Place at, std::string message);
  bool empty() const { return found_.empty(); }

  // "frontis.yaml:12:7", for messages that point to another place of the file.
  std::string place(Place at) const;

  // By place, without repetitions, at most 100.
  std::vector<Fault> sorted() const;

 private:
  struct Found {
    Place at;
    std::string message;
    friend auto operator<=>(const Found&, const Found&) = default;
  };

  std::string file_;
  std::vector<Found> found_;  // bounded
};

// What was found, as errors show it: 'soon', cut where it is long.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace frontis::config
