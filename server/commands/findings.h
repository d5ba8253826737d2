// What a deep check has found, for a person: sentences that name their place in the
// configuration, what was found and what to do. Bounded, so that a tree in which everything is
// wrong stays readable. Notes are things worth saying that are no fault.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace frontis::commands {

class Findings {
 public:
  static constexpr std::size_t most = 100;

  // `place` is where the configuration says it ("frontis.yaml:12:5"), or empty. What has been
  // said before is not said again.
  void add(std::string_view place, std::string sentence);
  void note(std::string_view place, std::string sentence);

  const std::vector<std::string>& all() const { return found_; }
  const std::vector<std::string>& notes() const { return notes_; }
  // How many did not fit.
  std::size_t left_out() const { return left_out_; }
  bool empty() const { return found_.empty(); }

 private:
  std::vector<std::string> found_;
  std::vector<std::string> notes_;
  std::size_t left_out_ = 0;
};

// Findings about one thing, of which each kind is told a few times and then only counted.
class Tally {
 public:
  Tally(Findings& findings, std::string place) : findings_(findings), place_(std::move(place)) {}
  // Says how many of each kind were only counted.
  ~Tally();
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  // `kind` is static text that goes on "... and 7 more": "files that cannot be read".
  void add(std::string_view kind, std::string sentence);
  Findings& findings() { return findings_; }
  const std::string& place() const { return place_; }

 private:
  static constexpr std::size_t most_of_a_kind = 10;
  struct Kind {
    std::string_view name;
    std::size_t count = 0;
  };

  Findings& findings_;
  std::string place_;
  std::vector<Kind> kinds_;
};

}  // namespace frontis::commands
