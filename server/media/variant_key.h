// What a variant stands for, and the name of its file under STATE/variants, from which the key
// can be told again. Values without state.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "http/negotiation.h"
#include "media/digest.h"

namespace frontis::media {

struct VariantKey {
  Sha256 content{};
  http::Coding coding = http::Coding::gzip;
  std::optional<Sha256> dictionary;  // for dcz
  friend bool operator==(const VariantKey&, const VariantKey&) = default;
  friend auto operator<=>(const VariantKey&, const VariantKey&) = default;
};

// "ab/cdef….br", or "ab/cdef….<dictionary>.dcz". Empty for what is never kept: identity, and a
// dictionary where none belongs or the lack of one.
[[nodiscard]] std::string file_of(const VariantKey& key);
// None for what file_of() cannot have made.
[[nodiscard]] std::optional<VariantKey> key_of_file(std::string_view file);

}  // namespace frontis::media
