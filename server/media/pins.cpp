#include "media/pins.h"

#include <utility>

namespace frontis::media {

Pins::Pins(const std::filesystem::path& state, Press& press, Log& log, std::size_t most)
    : log_(log), state_(state), most_(most) {
  if (state_.empty()) return;
  auto store = PinStore::open(state_, press, log_, most_, pinned_);
  if (store) {
    store_ = std::move(*store);
    return;
  }
  log_.error("{}; until a restart, pins are kept in memory only", store.error().message);
}

Pins::~Pins() {
  if (store_ != nullptr) store_->flush();
}

Pins::Verdict Pins::check(std::string_view url, const Sha256& content) {
  const Verdict verdict = look_up(url, content);
  if (verdict == Verdict::first) save(url, content);
  if (verdict == Verdict::full) {
    log_.once_a_minute("pins full", Log::Level::warning,
                       fmt::format("{} pins are held and no more are taken: further fingerprinted "
                                   "names are not trusted; do the 'fingerprinted' prefixes cover "
                                   "names that change?",
                                   most_));
  }
  return verdict;
}

Pins::Verdict Pins::look_up(std::string_view url, const Sha256& content) {
  const std::lock_guard lock(mutex_);
  if (const auto pin = pinned_.find(url); pin != pinned_.end()) {
    return pin->second == content ? Verdict::same : Verdict::changed;
  }
  if (pinned_.size() >= most_) return Verdict::full;
  pinned_.emplace(url, content);
  return Verdict::first;
}

void Pins::save(std::string_view url, const Sha256& content) {
  if (store_ != nullptr) {
    store_->save(url, content);
  } else if (!state_.empty()) {
    log_.once_a_minute("pins in memory", Log::Level::warning,
                       fmt::format("pins cannot be written to {} and will be forgotten by a "
                                   "restart: see the error at the start, mend it and restart",
                                   state_.string()));
  }
}

}  // namespace frontis::media
