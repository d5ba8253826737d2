#include "media/fingerprint.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include "base/text.h"
#include "media/content_hash.h"

namespace frontis::media {

namespace {

using Bytes = std::span<const unsigned char>;

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base32_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view base36_digits = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Rollup takes the hash with its least significant byte first.
HashBytes reversed(Bytes bytes) { return {bytes.rbegin(), bytes.rend()}; }

std::string rollup_base64(Bytes bytes) { return as_number(reversed(bytes), base64_digits); }
std::string rollup_base36(Bytes bytes) { return as_number(reversed(bytes), base36_digits); }
std::string rollup_hex(Bytes bytes) { return to_hex(reversed(bytes)); }
std::string parcel_hex(Bytes bytes) { return to_hex(bytes.last(bytes.size() / 2)); }

enum class Place {
  end,             // right before the last extension; where there is none, at the end
  end_or_last,     // the same, or itself in the place of the extension ("robots.5839145a19c1")
  before_any_dot,  // the last part that fits, whatever follows its dot; may begin the name
};

// Where the hash stands in a name, and how it looks.
struct Pattern {
  Place place;
  std::string_view separators;  // one of these stands before it
  std::size_t shortest;
  std::size_t longest;
  std::string_view digits;
};

struct Way {
  Scheme scheme;
  Pattern pattern;
  HashFunction function;
  bool without_itself;  // of the content without the occurrences of the hash
  std::string (*write)(Bytes);
};

constexpr Pattern django = {Place::end_or_last, ".", 12, 12, hex_digits};
constexpr Pattern rollup64 = {Place::end, "-.", 8, 21, base64_digits};
constexpr Pattern rollup36 = {Place::end, "-.", 8, 21, base36_digits};
constexpr Pattern rollup16 = {Place::end, "-.", 8, 21, hex_digits};
constexpr Pattern esbuild = {Place::end, "-.", 8, 8, base32_digits};
constexpr Pattern parcel = {Place::end, ".", 8, 8, hex_digits};
constexpr Pattern hugo = {Place::end, ".", 64, 64, hex_digits};
constexpr Pattern hugo_md5 = {Place::end, ".", 32, 32, hex_digits};
constexpr Pattern webpack = {Place::before_any_dot, "-.", 8, 32, hex_digits};
constexpr Pattern webpack_xxh64 = {Place::before_any_dot, "-.", 8, 16, hex_digits};

// In the order in which they are tried. A new scheme is a new row.
constexpr std::array ways = {
    Way{Scheme::django, django, HashFunction::md5, false, to_hex},
    Way{Scheme::hugo, hugo, HashFunction::sha256, false, to_hex},
    Way{Scheme::hugo, hugo_md5, HashFunction::md5, false, to_hex},
    Way{Scheme::parcel, parcel, HashFunction::xxh3_64, false, parcel_hex},
    Way{Scheme::esbuild, esbuild, HashFunction::xxh64, false, base32},
    Way{Scheme::rollup, rollup64, HashFunction::xxh3_128, false, rollup_base64},
    Way{Scheme::rollup, rollup36, HashFunction::xxh3_128, false, rollup_base36},
    Way{Scheme::rollup, rollup16, HashFunction::xxh3_128, false, rollup_hex},
    Way{Scheme::webpack, webpack, HashFunction::md4, true, to_hex},
    Way{Scheme::webpack, webpack_xxh64, HashFunction::xxh64, true, to_hex},
};

// Webpack's default length. Only before the last extension here: main.<hash>.js.map and
// main.<hash>.js.LICENSE.txt bear the hash of another file.
constexpr Pattern webpack_default = {Place::end, ".", 20, 20, hex_digits};

// For names that are trusted already: every scheme's digits, in the length that it writes unless
// it is told otherwise. Sprockets and Propshaft write hexadecimal as well.
constexpr Pattern any_hex = {Place::before_any_dot, "-.", 8, 64, hex_digits};
constexpr Pattern short_base64 = {Place::end, "-.", 8, 8, base64_digits};

constexpr std::size_t most_hashes = 4;     // computed for one file, whatever its name is
constexpr std::size_t longest_name = 255;  // NAME_MAX: no file has a longer one

bool consists_of(std::string_view text, std::string_view digits) {
  return text.find_first_not_of(digits) == std::string_view::npos;
}

// A leading dot begins a hidden name, not an extension.
std::size_t end_of_stem(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == 0 || dot == std::string_view::npos ? name.size() : dot;
}

// Where in `name` the hash could end, the likeliest first.
std::vector<std::size_t> ends_in(std::string_view name, Place place) {
  const std::size_t stem = end_of_stem(name);
  if (place == Place::end) return {stem};
  if (place == Place::end_or_last) return {stem, name.size()};
  std::vector<std::size_t> ends;
  for (std::size_t i = name.size(); i-- > 1;) {
    if (name[i] == '.') ends.push_back(i);
  }
  return ends;
}

bool is_set_off(const Pattern& pattern, std::string_view name, std::size_t start) {
  if (start == 0) return pattern.place == Place::before_any_dot;
  return start > 1 && consists_of(name.substr(start - 1, 1), pattern.separators);
}

bool fits(const Pattern& pattern, std::string_view name, std::size_t end, std::size_t length) {
  return length <= end && is_set_off(pattern, name, end - length) &&
         consists_of(name.substr(end - length, length), pattern.digits);
}

// The parts of `name` that could be the hash. Base 64 digits include '-', so that there may be
// several of different lengths; all end in the same place.
std::vector<std::string_view> parts_of(std::string_view name, const Pattern& pattern) {
  std::vector<std::string_view> parts;
  if (name.size() > longest_name) return parts;
  for (const std::size_t end : ends_in(name, pattern.place)) {
    for (std::size_t length = pattern.shortest; length <= pattern.longest; ++length) {
      if (fits(pattern, name, end, length)) parts.push_back(name.substr(end - length, length));
    }
    if (!parts.empty()) break;
  }
  return parts;
}

constexpr std::size_t shortest_hash = 8;  // of all patterns
constexpr std::array<bool, 256> any_digit = [] {
  std::array<bool, 256> table{};
  for (const char c : base64_digits) table[static_cast<unsigned char>(c)] = true;  // has them all
  return table;
}();

// Whether enough digits end at a dot or at the end of the name: most names fit no pattern, and that
// is soon seen.
bool may_hold_hash(std::string_view name) {
  std::size_t digits = 0;
  for (const char c : name) {
    if (c == '.' && digits >= shortest_hash) return true;
    digits = any_digit[static_cast<unsigned char>(c)] ? digits + 1 : 0;
  }
  return digits >= shortest_hash;
}

bool is_surely(std::string_view name, const Pattern& pattern) {
  if (!may_hold_hash(name)) return false;
  // A time such as 202301011230 has twelve digits too. Only one of Django's hashes in 280 has no
  // letter, and what that one loses is a warning and a 404: content proves it like any other.
  const auto has_letter = [](std::string_view part) { return !consists_of(part, "0123456789"); };
  const auto parts = parts_of(name, pattern);
  return std::any_of(parts.begin(), parts.end(), has_letter);
}

// Hyphenated words ("old-hope", "polyfill") have digits of base 64 alone too. Of real hashes only
// one in 700 has neither a capital letter nor a decimal digit.
bool is_plain_word(std::string_view part) {
  return consists_of(part, "abcdefghijklmnopqrstuvwxyz-_");
}

}  // namespace

std::string_view name_of(Scheme scheme) {
  switch (scheme) {
    case Scheme::django: return "Django (MD5)";
    case Scheme::webpack: return "webpack (MD4 or xxHash64 of the content without its own hash)";
    case Scheme::rollup: return "Rollup or Vite asset (XXH3-128)";
    case Scheme::esbuild: return "esbuild asset (xxHash64)";
    case Scheme::parcel: return "Parcel asset (XXH3-64)";
    case Scheme::hugo: return "Hugo (SHA-256 or MD5)";
  }
  return {};
}

bool is_surely_fingerprinted(std::string_view file_name) {
  return is_surely(file_name, django) || is_surely(file_name, webpack_default);
}

bool has_django_fingerprint(std::string_view file_name) { return is_surely(file_name, django); }

std::optional<std::pair<std::size_t, std::size_t>> fingerprint_span(std::string_view file_name) {
  for (const Pattern& pattern : {django, any_hex, short_base64}) {
    const auto parts = parts_of(file_name, pattern);
    if (parts.empty()) continue;
    const std::string_view part = parts.front();
    if (pattern.digits == base64_digits && is_plain_word(part)) continue;
    return std::pair(static_cast<std::size_t>(part.data() - file_name.data()), part.size());
  }
  return std::nullopt;
}

struct FingerprintCheck::Candidates {
  struct Claim {
    const Way* way;
    std::string part;
  };
  // One hash of the content, and the parts of the name that it may prove.
  struct Running {
    HashFunction function;
    std::string removed;  // from the content, or nothing
    ContentHash hash{function};
    std::optional<WordRemover> remover = std::nullopt;
    std::vector<Claim> claims = {};
  };
  std::vector<Running> running;

  void add(const Way& way, std::string_view part) {
    const std::string_view removed = way.without_itself ? part : std::string_view();
    const auto same = [&](const Running& one) {
      return one.function == way.function && one.removed == removed;
    };
    auto place = std::find_if(running.begin(), running.end(), same);
    if (place == running.end()) {
      if (running.size() == most_hashes) return;
      place = running.insert(place, Running{way.function, std::string(removed)});
      if (way.without_itself) place->remover.emplace(removed);
    }
    place->claims.push_back({&way, std::string(part)});
  }
};

FingerprintCheck::FingerprintCheck(std::string_view file_name) {
  if (!may_hold_hash(file_name)) return;
  Candidates found;
  for (const Way& way : ways) {
    for (const std::string_view part : parts_of(file_name, way.pattern)) found.add(way, part);
  }
  if (!found.running.empty()) candidates_ = std::make_unique<Candidates>(std::move(found));
}

FingerprintCheck::~FingerprintCheck() = default;
FingerprintCheck::FingerprintCheck(FingerprintCheck&&) noexcept = default;
FingerprintCheck& FingerprintCheck::operator=(FingerprintCheck&&) noexcept = default;

bool FingerprintCheck::has_candidates() const { return candidates_ != nullptr; }

void FingerprintCheck::update(std::string_view bytes) {
  if (!candidates_) return;
  for (auto& one : candidates_->running) {
    if (one.remover) {
      one.remover->update(bytes, one.hash);
    } else {
      one.hash.update(bytes);
    }
  }
}

std::optional<Scheme> FingerprintCheck::finish() {
  const auto candidates = std::exchange(candidates_, nullptr);
  if (!candidates) return std::nullopt;
  for (auto& one : candidates->running) {
    if (one.remover) one.remover->finish(one.hash);
    const HashBytes bytes = one.hash.finish();
    if (bytes.empty()) continue;
    for (const auto& [way, part] : one.claims) {
      if (way->write(bytes).starts_with(part)) return way->scheme;
    }
  }
  return std::nullopt;
}

std::optional<Scheme> verify_fingerprint(std::string_view file_name, std::string_view content) {
  FingerprintCheck check(file_name);
  check.update(content);
  return check.finish();
}

}  // namespace frontis::media
