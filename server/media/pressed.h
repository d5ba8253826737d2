// What press has made of a file's content, as codings of an asset: variants, and deltas from the
// versions that are kept. Orders what is lacking, and says when there is more than an asset
// knows. One for each loader; memory and, for small variants, one reading.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "media/asset.h"
#include "media/library.h"
#include "media/services.h"

namespace frontis::media {

// Visitors who come back have one of the last versions; each delta costs a file.
inline constexpr std::size_t most_deltas = 3;
// Whether deltas are made between versions of such files: scripts and styles.
[[nodiscard]] bool is_delta_type(std::string_view type);

class Pressed {
 public:
  explicit Pressed(Services& services) : services_(services) {}

  // Adds to `coded` what there is of this content, where it is smaller than what is in there;
  // notes in `asset` what was known, and what may come.
  void add_variants(Asset& asset, const Found& found, const Sha256& content,
                    std::vector<CodedFile>& coded);
  // The same for deltas from earlier versions of the file (Asset::logical).
  void add_deltas(Asset& asset, const Found& found, const Sha256& content,
                  std::vector<CodedFile>& coded);
  // False when press has made something since, or lost it.
  bool is_unchanged(const Asset& asset) const;
  // Whether something may be made of a file whose content is not known yet.
  bool may_come(std::uint64_t size) const;
  // On a press thread: has the large variants of this content ready before they are asked for.
  static void check(Variants& variants, const Sha256& content);

 private:
  Standing standing_with(const VariantKey& key, bool is_taken) const;
  std::optional<CodedFile> take(const VariantKey& key);
  std::vector<Sha256> earlier(std::string_view logical, const Sha256& content) const;

  Services& services_;
};

}  // namespace frontis::media
