#include "media/proofs.h"

#include <cstring>

namespace frontis::media {

std::size_t Proofs::Hash::operator()(const Key& key) const {
  std::size_t hash = 0;  // the content's digest is as good a hash as any
  std::memcpy(&hash, key.content.data(), sizeof hash);
  return hash ^ (key.sibling.inode * 0x9e3779b97f4a7c15ULL) ^
         static_cast<std::size_t>(key.sibling.ctime_ns);
}

std::optional<Proofs::Known> Proofs::find_or_begin(const Identity& sibling, const Sha256& content) {
  const std::lock_guard lock(mutex_);
  const auto position = known_.find(Key{sibling, content});
  if (position != known_.end()) return position->second;
  if (known_.size() >= most) known_.clear();
  known_.emplace(Key{sibling, content}, Known{true, {}});
  return std::nullopt;
}

std::optional<Proofs::Known> Proofs::find(const Identity& sibling, const Sha256& content) {
  const std::lock_guard lock(mutex_);
  const auto position = known_.find(Key{sibling, content});
  if (position == known_.end()) return std::nullopt;
  return position->second;
}

void Proofs::finish(const Identity& sibling, const Sha256& content, const Proof& proof) {
  const std::lock_guard lock(mutex_);
  known_[Key{sibling, content}] = Known{false, proof};
}

void Proofs::give_up(const Identity& sibling, const Sha256& content) {
  const std::lock_guard lock(mutex_);
  known_.erase(Key{sibling, content});
}

}  // namespace frontis::media
