#include "http/date_cache.h"

namespace frontis::http {

std::string_view DateCache::fill(Entry& entry, std::int64_t seconds) {
  if (entry.seconds != seconds) {
    write_date(seconds, entry.text.data());
    entry.seconds = seconds;
  }
  return {entry.text.data(), entry.text.size()};
}

std::string_view DateCache::date(std::int64_t now) { return fill(date_, now); }

std::string_view DateCache::after(std::int64_t now, std::int64_t seconds) {
  // 7 is prime to the usual lifetimes (hours, days, years of 365 days leave different ones).
  return fill(later_[static_cast<std::size_t>(seconds % 7 + (seconds != 0 ? 1 : 0))],
              now + seconds);
}

}  // namespace frontis::http
