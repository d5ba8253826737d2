#include "config/press_settings.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>

#include "base/text.h"
#include "config/quantity.h"

namespace frontis::config {

namespace {

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t tib = 1024 * 1024 * mib;

void read_threads(Reader& reader, const Node& value, PressSettings& into) {
  if (const auto count = reader.number(value, 1, 64)) into.threads = static_cast<unsigned>(*count);
}

void read_share(Reader& reader, const Node& value, PressSettings& into) {
  constexpr std::string_view expected = "a share from 1% to 100%";
  const std::string* written = reader.text(value, expected);
  if (!written) return;
  std::string_view digits = *written;
  if (digits.ends_with('%')) digits.remove_suffix(1);
  const auto percent = parse_decimal(digits);
  if (!percent || *percent < 1 || *percent > 100) return reader.unexpected(value, expected);
  into.share = static_cast<unsigned>(*percent);
}

// One word or a list of them; with an empty list nothing is made.
void read_codings(Reader& reader, const Node& value, PressSettings& into) {
  constexpr std::string_view words[] = {"gzip", "br", "zstd"};
  constexpr bool PressSettings::*wanted[] = {&PressSettings::gzip, &PressSettings::br,
                                             &PressSettings::zstd};
  for (const auto member : wanted) into.*member = false;
  reader.each(value, [&](const Node& item) {
    if (const auto index = reader.word(item, words)) into.*wanted[*index] = true;
  });
}

void read_largest(Reader& reader, const Node& value, PressSettings& into) {
  if (const auto bytes = reader.size(value, kib, 256 * mib)) into.largest = *bytes;
}

void read_size(Reader& reader, const Node& value, PressSettings& into) {
  if (const auto bytes = reader.size(value, mib, tib)) into.size = *bytes;
}

void read_deltas(Reader& reader, const Node& value, PressSettings& into) {
  if (const auto on = reader.boolean(value)) into.deltas = *on;
}

constexpr Key<PressSettings> keys[] = {
    {"threads", read_threads},
    {"share", read_share},
    {"codings", read_codings},
    {"largest", read_largest},
    {"size", read_size},
    {"deltas", read_deltas},
    {"levels", nullptr, "each coding is always made at its best"},
};

}  // namespace

void read_press(Reader& reader, const Node& value, PressSettings& into) {
  read_keys<PressSettings>(reader, value, keys, into);
}

std::vector<std::string_view> press_keys() { return names_of<PressSettings>(keys); }

void read_keep(Reader& reader, const Node& value, KeepSettings& into) {
  constexpr std::string_view expected = "a duration such as 30d, or 0 to keep nothing";
  constexpr std::chrono::seconds longest{10LL * 365 * 86'400};
  const std::string* written = reader.text(value, expected);
  if (!written) return;
  const auto length = *written == "0" ? std::chrono::milliseconds(0) : parse_duration(*written);
  if (!length) return reader.unexpected(value, expected);
  if (*length > longest || length->count() % 1000 != 0) {
    return reader.unexpected(value, "a duration of whole seconds, at most 10y");
  }
  into.time = std::chrono::duration_cast<std::chrono::seconds>(*length);
}

void read_keep_size(Reader& reader, const Node& value, KeepSettings& into) {
  if (const auto bytes = reader.size(value, mib, tib)) into.size = *bytes;
}

}  // namespace frontis::config
