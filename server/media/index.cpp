#include "media/index.h"
namespace frontis::media {
class Index::Impl {};
Index::Index(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Index::~Index() = default;
Result<std::unique_ptr<Index>> Index::open(const std::filesystem::path&, Log&) {
  return std::unique_ptr<Index>(new Index(std::make_unique<Impl>()));
}
}  // namespace frontis::media
