#include "media/content_store.h"
namespace frontis::media {
ContentStore::ContentStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
}  // namespace frontis::media
