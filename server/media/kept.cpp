#include "media/kept.h"
namespace frontis::media {
Kept::Kept(std::filesystem::path folder, const config::KeepSettings& settings, Index* index,
           Log& log)
    : store_(std::move(folder)), settings_(settings), index_(index), log_(log) {}
}  // namespace frontis::media
