// Fingerprints in file names, proved from content. A pattern in a name earns nothing; but where
// a build tool's scheme can be computed again from the bytes (Django, webpack, Rollup and Vite
// assets, esbuild, Parcel, Hugo) a name that fits is a proof that these bytes will never be
// others under that name, which is what `immutable` promises.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace frontis::media {

enum class Scheme { django, webpack, rollup, esbuild, parcel, hugo };

// "Django (MD5)", "Rollup or Vite asset (XXH3-128)": for logs and explain.
[[nodiscard]] std::string_view name_of(Scheme scheme);

// A name whose pattern alone says that it was made by a fingerprinting tool, because nothing
// else looks so: Django's `.[0-9a-f]{12}` and webpack's `.[0-9a-f]{20}`, with a letter in it,
// before the last extension (Django's also at the end: "robots.5839145a19c1"). A missing file of
// such a name is 404 no-store, and content that does not fit such a name is a fault worth a
// warning.
[[nodiscard]] bool is_surely_fingerprinted(std::string_view file_name);
// Django's alone: always computed from the content, so one that does not fit is a broken promise
// (webpack's may stand for more than the file).
[[nodiscard]] bool has_django_fingerprint(std::string_view file_name);

// Where in a name the fingerprint stands: offset and length. By pattern alone: hexadecimal of 8
// to 64 digits before any dot, Django's also at the end, and the 8 digits of base 64, 36 or 32 of
// Rollup, Vite and esbuild before the last extension or where there is none. So ask only for a name
// that is trusted for other reasons: a date or a word with a capital letter fits as well.
[[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> fingerprint_span(
    std::string_view file_name);

// Reads the content of one file once, computing only what its name could stand for.
class FingerprintCheck {
 public:
  // `file_name` is the last segment of the path.
  explicit FingerprintCheck(std::string_view file_name);
  ~FingerprintCheck();
  FingerprintCheck(FingerprintCheck&&) noexcept;
  FingerprintCheck& operator=(FingerprintCheck&&) noexcept;

  // False: no scheme could have made this name, and the content need not be shown.
  bool has_candidates() const;
  void update(std::string_view bytes);
  // The scheme whose fingerprint of all the bytes stands in the name.
  [[nodiscard]] std::optional<Scheme> finish();

 private:
  struct Candidates;
  std::unique_ptr<Candidates> candidates_;
};

// The whole at once.
[[nodiscard]] std::optional<Scheme> verify_fingerprint(std::string_view file_name,
                                                       std::string_view content);

}  // namespace frontis::media
