#include "media/alternates.h"

#include <algorithm>
#include <array>

#include "http/accept.h"

namespace frontis::media {

namespace {

struct ModernType {
  std::string_view type;
  std::string_view extension;
};
constexpr std::array<ModernType, 2> modern_types{{
    {"image/avif", ".avif"},
    {"image/webp", ".webp"},
}};

bool has_alternates(std::string_view type) {
  return type == "image/jpeg" || type == "image/png" || type == "image/gif";
}

std::string_view without_extension(std::string_view file) {
  const std::size_t dot = file.rfind('.');
  return dot == std::string_view::npos || dot < file.rfind('/') + 1 ? file : file.substr(0, dot);
}

bool is_of_use(const Identity& one, const Identity& original) {
  return one.size > 0 && one.size < original.size && one.mtime_ns >= original.mtime_ns;
}

}  // namespace

std::vector<Alternate> find_alternates(const Library& library, std::string_view file,
                                       std::string_view type, const Identity& identity) {
  std::vector<Alternate> alternates;
  if (!has_alternates(type)) return alternates;
  for (const ModernType& modern : modern_types) {
    for (const std::string_view stem : {file, without_extension(file)}) {
      const std::string name = std::string(stem) + std::string(modern.extension);
      const auto found = library.find(name);
      if (!found || found->kind != Found::Kind::file) continue;
      if (!is_of_use(found->identity, identity)) continue;
      alternates.push_back({std::string(modern.type), name, found->identity});
      break;
    }
  }
  return alternates;
}

const Alternate* choose_alternate(const std::vector<Alternate>& alternates,
                                  std::string_view accept) {
  const Alternate* best = nullptr;
  std::uint16_t best_weight = 0;
  for (const Alternate& one : alternates) {
    const std::uint16_t weight = http::explicit_weight(accept, one.type);
    if (weight == 0 || weight < best_weight) continue;
    if (best && weight == best_weight && one.identity.size >= best->identity.size) continue;
    best = &one;
    best_weight = weight;
  }
  return best;
}

}  // namespace frontis::media
