#include "media/variants.h"
namespace frontis::media {
Variants::Variants(std::filesystem::path, std::uint64_t, Index* index, Log& log)
    : index_(index), log_(log) {}
}  // namespace frontis::media
