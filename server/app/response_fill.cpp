// What becomes of an answer that is being fetched, and of those who wait for it: the second half of
// response_cache.h.
#include <algorithm>
#include <utility>

#include "app/cache_key.h"
#include "app/response_cache.h"

namespace frontis::app {

namespace {

// How long nobody waits for a key whose answer was not kept: it would be in vain again.
constexpr Seconds pause_in_waiting = 10;
constexpr std::size_t bytes_of_marker = 256;

}  // namespace

std::unique_ptr<ResponseCache::Fill> ResponseCache::fill_of(std::shared_ptr<Flight> flight) {
  return std::unique_ptr<Fill>(new Fill(*this, std::move(flight)));
}

// From here on nobody joins.
std::list<ResponseCache::InLine> ResponseCache::land(Flight& flight) {
  under_way_.erase(flight.place);
  close_to_others(flight);
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

bool ResponseCache::end_failed(Flight& flight) {
  std::list<InLine> line;
  bool is_outdated = false;
  {
    const std::lock_guard lock(mutex_);
    line = land(flight);
    is_outdated = flight.is_outdated;
    ++counts_.failed;
  }
  // What those in line hold is as outdated.
  const auto kind = is_outdated ? Turn::Kind::refused : Turn::Kind::failed;
  for (InLine& one : line) one.woken({kind, nullptr, nullptr});
  return !is_outdated;
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

bool ResponseCache::Fill::fail() { return cache_.end_failed(*std::exchange(flight_, nullptr)); }

ResponseCache::Waiting::Waiting(ResponseCache& cache, std::shared_ptr<Flight> flight,
                                std::uint64_t number)
    : cache_(cache), flight_(std::move(flight)), number_(number) {}

ResponseCache::Waiting::~Waiting() { cache_.leave(*flight_, number_); }

}  // namespace frontis::app
