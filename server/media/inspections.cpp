#include "media/inspections.h"

#include <functional>

namespace frontis::media {

std::size_t Inspections::Hash::operator()(const Key& key) const {
  return std::hash<std::string>{}(key.file_name) ^ (key.identity.inode * 0x9e3779b97f4a7c15ULL) ^
         static_cast<std::size_t>(key.identity.ctime_ns);
}

std::optional<Inspection> Inspections::find(const Identity& identity, std::string_view file_name) {
  const std::lock_guard lock(mutex_);
  const auto position = known_.find(Key{identity, std::string(file_name)});
  return position == known_.end() ? std::nullopt : position->second;
}

bool Inspections::begin(const Identity& identity, std::string_view file_name) {
  const std::lock_guard lock(mutex_);
  if (known_.size() >= most) known_.clear();
  return known_.try_emplace(Key{identity, std::string(file_name)}).second;
}

void Inspections::finish(const Identity& identity, std::string_view file_name,
                         const Inspection& inspection) {
  Inspection kept = inspection;
  kept.bytes = nullptr;
  const std::lock_guard lock(mutex_);
  if (known_.size() >= most) known_.clear();
  known_[Key{identity, std::string(file_name)}] = std::move(kept);
}

void Inspections::give_up(const Identity& identity, std::string_view file_name) {
  const std::lock_guard lock(mutex_);
  const auto position = known_.find(Key{identity, std::string(file_name)});
  if (position != known_.end() && !position->second) known_.erase(position);
}

}  // namespace frontis::media
