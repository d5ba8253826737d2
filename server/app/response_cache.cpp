#include "app/response_cache.h"

#include <algorithm>
#include <utility>

#include "app/cache_key.h"

namespace frontis::app {

namespace {

using Kind = ResponseCache::Found::Kind;

constexpr std::size_t most_variants = 32;  // of one key

}  // namespace

// --- Looking up. ---

ResponseCache::Found ResponseCache::look_up(const std::string& key, const http::Request& request,
                                            const RequestPolicy& policy, Seconds now, Woken woken) {
  const std::lock_guard lock(mutex_);
  Found found;
  if (policy.may_wait) found = find(key, request, policy, now, woken);
  count(found);
  return found;
}

ResponseCache::Found ResponseCache::find(const std::string& key, const http::Request& request,
                                         const RequestPolicy& policy, Seconds now, Woken& woken) {
  Match match = matching(key, request, now);
  Found found;
  if (match.answer) {
    const Lifetime& lifetime = match.answer->lifetime;
    const Use use = use_of(lifetime, match.answer->age(now), policy);
    // What others may share is not for this client, nor would his own answer be for them.
    const bool is_personal = policy.has_cookie || policy.has_authorization;
    if (use == Use::no && is_personal && !lifetime.for_everybody) return found;
    if (use == Use::fresh) found.kind = Kind::fresh;
    if (use == Use::revalidating) {
      found.kind = Kind::stale;
      const bool is_fetched = !match.may_wait || flights_.contains(match.name);
      if (!is_fetched) found.fill = depart(key, std::move(match.name), policy, true, woken).fill;
    }
  }
  if (found.kind == Kind::pass) {
    found = depart(key, std::move(match.name), policy, match.may_wait, woken);
  }
  found.answer = std::move(match.answer);
  return found;
}

ResponseCache::Match ResponseCache::matching(const std::string& key, const http::Request& request,
                                             Seconds now) {
  Match match;
  match.name = key + "\n";
  const auto kept = index_.find(key);
  if (kept == index_.end()) return match;
  const StoredAnswer* newer = nullptr;
  std::string ours;
  for (auto place = kept->second.rbegin(); place != kept->second.rend(); ++place) {
    const Entry& entry = **place;
    if (!entry.answer) match.may_wait = match.may_wait && entry.until <= now;
    if (!entry.answer) continue;
    if (newer == nullptr || newer->vary != entry.answer->vary) {
      ours = secondary_key(entry.answer->vary, request);
    }
    // The newest also tells by what the next answer will vary.
    if (newer == nullptr) match.name += ours;
    newer = entry.answer.get();
    if (ours != entry.answer->secondary_key) continue;
    match.answer = entry.answer;
    entries_.splice(entries_.begin(), entries_, *place);
    break;
  }
  return match;
}

// Joins those who wait, or gets the right to fetch, or neither.
ResponseCache::Found ResponseCache::depart(const std::string& key, std::string name,
                                           const RequestPolicy& policy, bool may_be_joined,
                                           Woken& woken) {
  Found found;
  const auto flying = may_be_joined ? flights_.find(name) : flights_.end();
  if (flying != flights_.end()) {
    if (counts_.waiting >= bounds_.waiting) return found;
    Flight& flight = *flying->second;
    flight.line.push_back({++last_number_, std::move(woken)});
    ++counts_.waiting;
    found.kind = Kind::wait;
    found.waiting.reset(new Waiting(*this, flying->second, last_number_));
    return found;
  }
  if (!policy.may_fill) return found;
  auto flight = std::make_shared<Flight>();
  flight->key = key;
  flight->name = std::move(name);
  flight->place = under_way_.emplace(key, flight.get());
  if (may_be_joined) flights_.emplace(flight->name, flight);
  found.kind = Kind::fetch;
  found.fill = fill_of(std::move(flight));
  return found;
}

void ResponseCache::count(const Found& found) {
  if (found.kind == Kind::fresh) ++counts_.fresh;
  if (found.kind == Kind::stale) ++counts_.stale;
  if (found.kind == Kind::wait) ++counts_.waited;
  if (found.kind == Kind::pass) ++counts_.passed;
  if (found.fill) ++counts_.fetched;
}

// --- What is kept. ---

// In place of what was kept under the same two keys.
void ResponseCache::insert(Entry entry, Entries& dropped) {
  Variants replaced;
  const auto kept = index_.find(entry.key);
  if (kept != index_.end()) {
    for (const auto other : kept->second) {
      const bool is_same =
          !other->answer || (entry.answer && entry.answer->vary == other->answer->vary &&
                             entry.answer->secondary_key == other->answer->secondary_key);
      if (is_same) replaced.push_back(other);
    }
    if (replaced.empty() && kept->second.size() >= most_variants) {
      replaced.push_back(kept->second.front());
    }
  }
  for (const auto other : replaced) erase(other, dropped);
  while (!entries_.empty() && counts_.bytes + entry.bytes > bounds_.bytes) {
    ++counts_.evicted;
    erase(std::prev(entries_.end()), dropped);
  }
  counts_.bytes += entry.bytes;
  counts_.answers += entry.answer ? 1 : 0;
  entries_.push_front(std::move(entry));
  index_[entries_.front().key].push_back(entries_.begin());
}

void ResponseCache::erase(Entries::iterator entry, Entries& dropped) {
  const auto kept = index_.find(entry->key);
  std::erase(kept->second, entry);
  if (kept->second.empty()) index_.erase(kept);
  counts_.bytes -= entry->bytes;
  counts_.answers -= entry->answer ? 1 : 0;
  dropped.splice(dropped.end(), entries_, entry);
}

void ResponseCache::forget(const Variants& variants, Entries& dropped) {
  const Variants all = variants;  // the last that is erased takes the list with it
  for (const auto entry : all) erase(entry, dropped);
}

// Nobody joins this any more: what it brings may be from before.
void ResponseCache::outdate(Flight& flight) {
  flight.is_outdated = true;
  close_to_others(flight);
}

void ResponseCache::close_to_others(const Flight& flight) {
  const auto flying = flights_.find(flight.name);
  if (flying != flights_.end() && flying->second.get() == &flight) flights_.erase(flying);
}

void ResponseCache::invalidate(const std::string& key) {
  Entries dropped;
  const std::lock_guard lock(mutex_);
  const auto [first, last] = under_way_.equal_range(key);
  for (auto flying = first; flying != last; ++flying) outdate(*flying->second);
  const auto kept = index_.find(key);
  if (kept != index_.end()) forget(kept->second, dropped);
}

std::size_t ResponseCache::purge(std::string_view pattern) {
  const Purge purge(pattern);
  Entries dropped;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, flight] : under_way_) {
    if (purge.means(key)) outdate(*flight);
  }
  const std::size_t before = counts_.answers;
  for (auto kept = index_.begin(); kept != index_.end();) {
    const auto here = kept++;
    if (purge.means(here->first)) forget(here->second, dropped);
  }
  return before - counts_.answers;
}

ResponseCache::Counts ResponseCache::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

}  // namespace frontis::app
