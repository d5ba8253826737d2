// The heaviest of very many names in little room (space-saving, Metwally and others, 2005): when
// there is no place for a new one, it takes that of the lightest, and what that one had is known
// and taken off again. Whoever weighs more than a 64th of all is there. Each has a place of fixed
// size, so that nothing is allocated while requests are answered.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "observe/figures.h"

namespace frontis::observe {

class Sketch {
 public:
  static constexpr std::size_t places = 64;
  static constexpr std::size_t longest = 160;  // bytes of a URL; what is more is cut, with "..."

  Sketch();

  // One more time for `host` and `path`.
  void add(std::string_view host, std::string_view path, std::uint64_t weight, int status);
  void clear() { used_ = 0; }
  // In no order; of the weight at least, not at most.
  void append_to(std::vector<UrlFigures>& urls) const;

 private:
  struct Place {
    std::uint64_t key = 0;  // a hash of both
    std::uint64_t weight = 0, inherited = 0, worst = 0;
    std::uint32_t times = 0;
    std::uint16_t length = 0;
    std::uint16_t status = 0;
    std::array<char, longest> text;
  };

  Place& place_of(std::uint64_t key, std::string_view host, std::string_view path);

  std::unique_ptr<std::array<Place, places>> places_;
  std::size_t used_ = 0;
};

// A sketch of the last minutes: one that is being filled, and the one before it.
class RecentSketch {
 public:
  void add(std::string_view host, std::string_view path, std::uint64_t weight, int status) {
    now_.add(host, path, weight, status);
  }
  // Begins anew, and forgets what was before the last time.
  void turn();
  void append_to(std::vector<UrlFigures>& urls) const;

 private:
  Sketch now_, before_;
};

}  // namespace frontis::observe
