// The Date of this second and the Expires that go with it, formatted once and then copied. One
// for each loop; not shared.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "http/date.h"

namespace frontis::http {

class DateCache {
 public:
  // Views of date_length bytes, each valid until the same function is called again. `now` in
  // seconds since 1970; `seconds` not below zero.
  std::string_view date(std::int64_t now);
  std::string_view after(std::int64_t now, std::int64_t seconds);

 private:
  struct Entry {
    std::int64_t seconds = -1;  // since 1970
    std::array<char, date_length> text;
  };
  static std::string_view fill(Entry& entry, std::int64_t seconds);

  Entry date_;
  // A site has few lifetimes: each keeps its own place, found by its remainder.
  std::array<Entry, 8> later_;
};

}  // namespace frontis::http
