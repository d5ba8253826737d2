#include "commands/file_presser.h"

namespace frontis::commands {

ContentClaims::Claim::Claim(ContentClaims& claims, const media::Sha256& content)
    : claims_(claims), content_(content) {
  std::unique_lock lock(claims_.mutex_);
  claims_.freed_.wait(lock, [this] { return claims_.claimed_.insert(content_).second; });
}

ContentClaims::Claim::~Claim() {
  {
    const std::lock_guard lock(claims_.mutex_);
    claims_.claimed_.erase(content_);
  }
  claims_.freed_.notify_all();
}

}  // namespace frontis::commands
