#include "app/cache_control.h"

#include <algorithm>

#include "base/text.h"
#include "http/list.h"

namespace frontis::app {

namespace {

struct Flag {
  std::string_view name;
  bool CacheControl::*member;
};
constexpr Flag flags[] = {
    {"no-cache", &CacheControl::no_cache},
    {"no-store", &CacheControl::no_store},
    {"only-if-cached", &CacheControl::only_if_cached},
    {"private", &CacheControl::is_private},
    {"public", &CacheControl::is_public},
    {"must-revalidate", &CacheControl::must_revalidate},
    {"must-understand", &CacheControl::must_understand},
    {"proxy-revalidate", &CacheControl::must_revalidate},
};

struct Time {
  std::string_view name;
  std::optional<Seconds> CacheControl::*member;
};
constexpr Time times[] = {
    {"max-age", &CacheControl::max_age},
    {"s-maxage", &CacheControl::s_maxage},
    {"min-fresh", &CacheControl::min_fresh},
    {"max-stale", &CacheControl::max_stale},
    {"stale-while-revalidate", &CacheControl::stale_while_revalidate},
    {"stale-if-error", &CacheControl::stale_if_error},
};

// Both forms of an argument have to be understood (RFC 9111, 5.2).
Seconds seconds_in(std::string_view argument) {
  if (argument.size() >= 2 && argument.starts_with('"') && argument.ends_with('"')) {
    argument = argument.substr(1, argument.size() - 2);
  }
  const bool is_number =
      !argument.empty() && std::all_of(argument.begin(), argument.end(), is_digit);
  if (!is_number) return 0;
  const auto value = parse_decimal(argument);
  if (!value || *value > static_cast<std::uint64_t>(longest_time)) return longest_time;
  return static_cast<Seconds>(*value);
}

void read_directive(std::string_view directive, CacheControl& control) {
  const std::size_t equals = directive.find('=');
  const std::string_view name = trim(directive.substr(0, equals));
  for (const Flag& flag : flags) {
    if (equal_ignoring_case(name, flag.name)) control.*flag.member = true;
  }
  for (const Time& time : times) {
    auto& value = control.*time.member;
    if (value || !equal_ignoring_case(name, time.name)) continue;
    if (equals != std::string_view::npos) {
      value = seconds_in(trim(directive.substr(equals + 1)));
    } else {
      // Without a number, max-stale means any (RFC 9111, 5.2.1.2); the others mean nothing.
      value = time.name == "max-stale" ? longest_time : 0;
    }
  }
}

}  // namespace

CacheControl parse_cache_control(std::string_view field) {
  CacheControl control;
  while (!field.empty()) read_directive(trim(http::take_unquoted(',', field)), control);
  return control;
}

}  // namespace frontis::app
