#include "http/headers.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/text.h"
#include "http/characters.h"

namespace frontis::http {

namespace {

constexpr std::array<std::string_view, known_fields> known_names{
    "accept",
    "accept-encoding",
    "access-control-request-method",
    "available-dictionary",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "origin",
    "range",
    "referer",
    "sec-fetch-mode",
    "sec-fetch-site",
    "transfer-encoding",
    "upgrade",
    "user-agent",
};

// A perfect hash of the names above (the compiler checks that): the length, the first letter and
// the last but one tell them all apart, so that one comparison settles any name.
constexpr std::size_t slots = 64;
constexpr std::size_t shortest = 4;
constexpr std::size_t slot_of(std::string_view name) {
  const auto letter = [](char c) { return static_cast<std::size_t>(ascii_lower(c)); };
  return (name.size() + letter(name.front()) + letter(name[name.size() - 2]) * 19) % slots;
}

constexpr std::array<FieldName, slots> fill_slots() {
  std::array<FieldName, slots> table{};
  table.fill(FieldName::other);
  for (std::size_t i = 0; i < known_fields; ++i) {
    table[slot_of(known_names[i])] = static_cast<FieldName>(i);
  }
  return table;
}
constexpr std::array<FieldName, slots> slot_table = fill_slots();

constexpr bool every_name_has_its_slot() {
  for (std::size_t i = 0; i < known_fields; ++i) {
    if (known_names[i].size() < shortest) return false;
    if (slot_table[slot_of(known_names[i])] != static_cast<FieldName>(i)) return false;
  }
  return true;
}
static_assert(every_name_has_its_slot(), "two field names share a slot: choose other factors");

bool splits(std::string_view value) {
  return !is_value_text(value) &&
         value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos;
}

}  // namespace

FieldName field_name(std::string_view name) {
  if (name.size() < shortest) return FieldName::other;
  const FieldName guess = slot_table[slot_of(name)];
  if (guess == FieldName::other) return guess;
  const bool is_right = equal_ignoring_case(name, known_names[static_cast<std::size_t>(guess)]);
  return is_right ? guess : FieldName::other;
}

HeaderBlock& HeaderBlock::add(std::string_view name, std::string_view value) {
  if (!is_token(name) || splits(value)) std::abort();
  text_.reserve(text_.size() + name.size() + value.size() + 4);
  text_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

std::optional<std::string_view> HeaderBlock::find(std::string_view name) const {
  std::optional<std::string_view> found;
  for_each([&](std::string_view field, std::string_view value) {
    if (!found && equal_ignoring_case(field, name)) found = value;
  });
  return found;
}

HeaderBlock replaced(const HeaderBlock& base, const HeaderBlock& override) {
  HeaderBlock out;
  base.for_each([&](std::string_view name, std::string_view value) {
    if (!override.find(name)) out.add(name, value);
  });
  override.for_each([&](std::string_view name, std::string_view value) { out.add(name, value); });
  return out;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

bool is_field_value(std::string_view text) { return is_value_text(text); }

}  // namespace frontis::http
