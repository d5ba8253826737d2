#include "app/response_cache.h"

#include <algorithm>
#include <utility>

#include "app/cache_key.h"
#include "base/text.h"

namespace frontis::app {

namespace {

using Kind = ResponseCache::Found::Kind;

// How long nobody waits for a key whose answer was not kept: it would be in vain again.
constexpr Seconds pause_in_waiting = 10;
constexpr std::size_t most_variants = 32;  // of one key
constexpr std::size_t bytes_of_marker = 256;

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

// All whose key begins with this.
std::size_t ResponseCache::forget(std::string_view first_part, Entries& dropped) {
  const std::size_t before = counts_.answers;
  for (auto kept = index_.lower_bound(first_part);
       kept != index_.end() && kept->first.starts_with(first_part);) {
    const Variants variants = kept->second;
    ++kept;  // the one before goes with its last variant
    for (const auto entry : variants) erase(entry, dropped);
  }
  return before - counts_.answers;
}

// Nobody joins these any more: what they bring may be from before.
void ResponseCache::outdate(std::string_view first_part) {
  auto flying = flights_.lower_bound(first_part);
  while (flying != flights_.end() && flying->first.starts_with(first_part)) {
    flying->second->is_outdated = true;
    flying = flights_.erase(flying);
  }
}

void ResponseCache::invalidate(const std::string& key) {
  Entries dropped;
  const std::lock_guard lock(mutex_);
  outdate(key + "\n");
  const auto kept = index_.find(key);
  if (kept == index_.end()) return;
  const Variants variants = kept->second;
  for (const auto entry : variants) erase(entry, dropped);
}

std::size_t ResponseCache::purge(std::string_view pattern) {
  const bool is_prefix = pattern.ends_with('*');
  if (is_prefix) pattern.remove_suffix(1);
  const std::size_t slash = std::min(pattern.find('/'), pattern.size());
  std::string first_part = lower_case(pattern.substr(0, slash));
  first_part.append(pattern.substr(slash));
  // Keys go on with the scheme behind a space, which no target holds.
  if (!is_prefix) first_part.push_back(' ');
  Entries dropped;
  const std::lock_guard lock(mutex_);
  outdate(first_part);
  return forget(first_part, dropped);
}

ResponseCache::Counts ResponseCache::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

// --- Fetching. ---

std::unique_ptr<ResponseCache::Fill> ResponseCache::fill_of(std::shared_ptr<Flight> flight) {
  return std::unique_ptr<Fill>(new Fill(*this, std::move(flight)));
}

// From here on nobody joins.
std::list<ResponseCache::InLine> ResponseCache::land(Flight& flight) {
  const auto flying = flights_.find(flight.name);
  if (flying != flights_.end() && flying->second.get() == &flight) flights_.erase(flying);
  counts_.waiting -= flight.line.size();
  return std::move(flight.line);
}

void ResponseCache::end_stored(Flight& flight, StoredAnswer answer) {
  Entry entry;
  entry.key = flight.key;
  entry.bytes = answer.bytes() + 2 * entry.key.size();
  const auto shared = std::make_shared<const StoredAnswer>(std::move(answer));
  entry.answer = shared;
  std::list<InLine> line;
  Entries dropped;
  {
    const std::lock_guard lock(mutex_);
    line = land(flight);
    if (!flight.is_outdated) {
      ++counts_.stored;
      insert(std::move(entry), dropped);
    }
  }
  for (InLine& one : line) one.woken({Turn::Kind::stored, shared, nullptr});
}

void ResponseCache::end_refused(Flight& flight, Seconds now) {
  Entry marker;
  marker.key = flight.key;
  marker.until = now + pause_in_waiting;
  marker.bytes = bytes_of_marker + 2 * marker.key.size();
  std::list<InLine> line;
  Entries dropped;
  {
    const std::lock_guard lock(mutex_);
    line = land(flight);
    ++counts_.refused;
    insert(std::move(marker), dropped);
  }
  for (InLine& one : line) one.woken({Turn::Kind::refused, nullptr, nullptr});
}

void ResponseCache::end_failed(Flight& flight) {
  std::list<InLine> line;
  {
    const std::lock_guard lock(mutex_);
    line = land(flight);
    ++counts_.failed;
  }
  for (InLine& one : line) one.woken({Turn::Kind::failed, nullptr, nullptr});
}

void ResponseCache::abandon(std::shared_ptr<Flight> flight) {
  Woken woken;
  {
    const std::lock_guard lock(mutex_);
    if (flight->line.empty()) {
      land(*flight);
      return;
    }
    woken = std::move(flight->line.front().woken);
    flight->line.pop_front();
    --counts_.waiting;
  }
  woken({Turn::Kind::yours, nullptr, fill_of(std::move(flight))});
}

void ResponseCache::leave(Flight& flight, std::uint64_t number) {
  Woken woken;  // freed without the mutex, as it may hold anything
  const std::lock_guard lock(mutex_);
  const auto place = std::find_if(flight.line.begin(), flight.line.end(),
                                  [number](const InLine& one) { return one.number == number; });
  if (place == flight.line.end()) return;
  woken = std::move(place->woken);
  flight.line.erase(place);
  --counts_.waiting;
}

ResponseCache::Fill::Fill(ResponseCache& cache, std::shared_ptr<Flight> flight)
    : cache_(cache), flight_(std::move(flight)) {}

ResponseCache::Fill::~Fill() {
  if (flight_) cache_.abandon(std::move(flight_));
}

std::uint64_t ResponseCache::Fill::largest() const { return cache_.bounds_.bytes / 8; }

void ResponseCache::Fill::store(StoredAnswer answer, const http::Request& request) {
  if (answer.fields) answer.vary = vary_names(*answer.fields);
  answer.secondary_key = secondary_key(answer.vary, request);
  if (answer.bytes() > largest()) return refuse(answer.stored_at);
  cache_.end_stored(*std::exchange(flight_, nullptr), std::move(answer));
}

void ResponseCache::Fill::refuse(Seconds now) {
  cache_.end_refused(*std::exchange(flight_, nullptr), now);
}

void ResponseCache::Fill::fail() { cache_.end_failed(*std::exchange(flight_, nullptr)); }

ResponseCache::Waiting::Waiting(ResponseCache& cache, std::shared_ptr<Flight> flight,
                                std::uint64_t number)
    : cache_(cache), flight_(std::move(flight)), number_(number) {}

ResponseCache::Waiting::~Waiting() { cache_.leave(*flight_, number_); }

}  // namespace frontis::app
