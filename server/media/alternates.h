// Other files that show the same picture in a newer type: photo.jpg.avif, photo.avif,
// photo.jpg.webp or photo.webp beside photo.jpg, for clients whose Accept names the type. Used
// on routes with `modern_images`, where one is smaller than the file and not older.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "media/asset.h"
#include "media/library.h"

namespace frontis::media {

// Those of `file`, which has this type and identity; none for what is no JPEG, PNG or GIF.
[[nodiscard]] std::vector<Alternate> find_alternates(const Library& library, std::string_view file,
                                                     std::string_view type,
                                                     const Identity& identity);

// The one that the client likes best, then the smallest; null when it names none of them.
// `accept` is the whole field.
[[nodiscard]] const Alternate* choose_alternate(const std::vector<Alternate>& alternates,
                                                std::string_view accept);

}  // namespace frontis::media
