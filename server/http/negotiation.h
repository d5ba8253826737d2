// Content codings by Accept-Encoding (RFC 9110, 12.5.3): q-values first, then size. Pure; no
// allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace frontis::http {

enum class Coding : std::uint8_t { identity, gzip, br, zstd, dcz };
inline constexpr std::size_t codings = 5;

// One row for each coding: another coding is another row.
struct CodingName {
  Coding coding;
  std::string_view token;        // in Accept-Encoding and Content-Encoding
  std::string_view suffix;       // of the ETag: "gz"
  std::string_view file_suffix;  // of a sibling: ".gz"; empty: there is none
};
inline constexpr std::array<CodingName, codings> coding_names{{
    {Coding::identity, "identity", "", ""},
    {Coding::gzip, "gzip", "gz", ".gz"},
    {Coding::br, "br", "br", ".br"},
    {Coding::zstd, "zstd", "zst", ".zst"},
    {Coding::dcz, "dcz", "dcz", ""},  // RFC 9842: needs a dictionary that the client names
}};
constexpr const CodingName& row_of(Coding coding) {
  return coding_names[static_cast<std::size_t>(coding)];
}

// The codings that a file may have as siblings beside it.
constexpr std::span<const CodingName> sibling_codings() {
  return std::span(coding_names).subspan(1, 3);
}

// The weight of each coding in thousandths, 0 = not acceptable (q has three decimals at most).
struct CodingWeights {
  std::array<std::uint16_t, codings> weight{};
  std::uint16_t of(Coding coding) const { return weight[static_cast<std::size_t>(coding)]; }
  // Whether anything but identity is acceptable.
  bool take_codings() const;
};

// `field` is the whole Accept-Encoding; none when it was not sent: then only identity is chosen.
// An empty field means identity only. A member that is malformed is skipped. "x-gzip" is gzip.
// "*" does not stand for dcz.
[[nodiscard]] CodingWeights coding_weights(std::optional<std::string_view> field);

// The same, of one field after another: clients of one kind send the same one with each request,
// and what was sent last need not be read again.
class LastCodingWeights {
 public:
  const CodingWeights& of(std::optional<std::string_view> field);

 private:
  std::optional<std::string> field_;
  CodingWeights weights_ = coding_weights(std::nullopt);
};

struct Candidate {
  Coding coding;
  std::uint64_t size;
};

// The best of `candidates` (any order): highest weight, then smallest, then identity; none when
// nothing is acceptable (406). identity needs no mention to be acceptable, and is then weighed
// below everything that was named.
[[nodiscard]] std::optional<Coding> choose_coding(const CodingWeights& weights,
                                                  std::span<const Candidate> candidates);

}  // namespace frontis::http
