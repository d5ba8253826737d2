#include "config/quantity.h"

#include <span>

#include "base/text.h"

namespace frontis::config {

namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t kilo = 1000;
constexpr std::uint64_t kibi = 1024;
constexpr Unit size_units[] = {
    {"", 1},
    {"b", 1},
    {"kb", kilo},
    {"kib", kibi},
    {"mb", kilo* kilo},
    {"mib", kibi* kibi},
    {"gb", kilo* kilo* kilo},
    {"gib", kibi* kibi* kibi},
    {"tb", kilo* kilo* kilo* kilo},
    {"tib", kibi* kibi* kibi* kibi},
};

constexpr std::uint64_t second = 1000;
constexpr std::uint64_t day = 86'400 * second;
constexpr Unit duration_units[] = {
    {"ms", 1},  {"s", second},  {"m", 60 * second}, {"h", 3600 * second},
    {"d", day}, {"w", 7 * day}, {"y", 365 * day},
};

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const std::optional<std::uint64_t> number = parse_decimal(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != text.substr(digits)) continue;
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(*number, unit.factor, &product)) return std::nullopt;
    return product;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse(lower_case(text), size_units);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const std::optional<std::uint64_t> count = parse(text, duration_units);
  constexpr std::uint64_t longest = 1000 * 365 * day;  // a thousand years; fits in any clock
  if (!count || *count > longest) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*count));
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::string_view names[] = {"", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes != 0 && bytes % kibi == 0 && unit + 1 < std::size(names)) {
    bytes /= kibi;
    ++unit;
  }
  return std::to_string(bytes) + std::string(names[unit]);
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto count = static_cast<std::uint64_t>(duration.count());
  if (count == 0) return "0s";
  const Unit* best = &duration_units[0];
  for (const Unit& unit : duration_units) {
    if (count % unit.factor == 0) best = &unit;
  }
  return std::to_string(count / best->factor) + std::string(best->name);
}

}  // namespace frontis::config
