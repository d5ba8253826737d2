#include "upstream/balancer.h"

#include <algorithm>
#include <utility>

namespace frontis::upstream {

namespace {

using std::chrono::milliseconds;

// A backend that failed is left alone for so long, then twice as long with each failure.
constexpr milliseconds shortest_rest{100};
constexpr milliseconds longest_rest{1'000};
constexpr std::uint32_t most_doublings = 6;
constexpr std::uint32_t tolerated_breaks = 3;

// A backend that usually answers within this gets requests ahead.
constexpr std::uint32_t quick_us = 5'000;

milliseconds rest_after(std::uint32_t failures) {
  const std::uint32_t doublings = std::min(failures - 1, most_doublings);
  return std::min(shortest_rest * (1U << doublings), longest_rest);
}

}  // namespace

Place::Place(Place&& other) noexcept
    : balancer_(std::exchange(other.balancer_, nullptr)),
      backend_(other.backend_),
      endpoint_(std::move(other.endpoint_)),
      home_(other.home_),
      since_(other.since_),
      is_ahead_(other.is_ahead_) {}

Place& Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  end(Outcome::unknown);
  balancer_ = std::exchange(other.balancer_, nullptr);
  backend_ = other.backend_;
  endpoint_ = std::move(other.endpoint_);
  home_ = other.home_;
  since_ = other.since_;
  is_ahead_ = other.is_ahead_;
  return *this;
}

Place::~Place() { end(Outcome::unknown); }

void Place::end(Outcome outcome) {
  if (balancer_ != nullptr) std::exchange(balancer_, nullptr)->give_back(*this, outcome);
}

Balancer::Waiting::~Waiting() {
  const std::lock_guard lock(balancer_.mutex_);
  std::erase_if(balancer_.line_, [this](const Line& line) { return line.number == number_; });
}

BackendId Balancer::add(std::shared_ptr<const net::Endpoint> endpoint, std::uint32_t capacity,
                        std::uint32_t ahead) {
  std::vector<Grant> granted;
  BackendId id = 0;
  {
    const std::lock_guard lock(mutex_);
    Backend& backend = backends_.emplace_back();
    backend.id = id = ++last_id_;
    backend.endpoint = std::move(endpoint);
    backend.capacity = backend.allowed = capacity;
    backend.ahead = ahead;
    hopeless_ = false;
    granted = grants(nullptr);
  }
  give(std::move(granted));
  return id;
}

void Balancer::retire(BackendId id, std::function<void()> drained) {
  {
    const std::lock_guard lock(mutex_);
    Backend* const backend = find(id);
    if (backend != nullptr && backend->busy > 0) {
      backend->retired = true;
      backend->drained = std::move(drained);
      return;
    }
    std::erase_if(backends_, [id](const Backend& one) { return one.id == id; });
  }
  if (drained) drained();
}

void Balancer::set_hopeless(bool hopeless) {
  std::vector<Grant> refused;
  {
    const std::lock_guard lock(mutex_);
    hopeless_ = hopeless;
    if (!hopeless || !backends_.empty()) return;
    for (Line& line : line_) refused.push_back({std::move(line.granted), Place()});
    line_.clear();
  }
  give(std::move(refused));
}

std::optional<Place> Balancer::take(Asking asking) {
  const std::lock_guard lock(mutex_);
  if (!line_.empty()) return std::nullopt;
  Backend* const backend = choose(asking);
  if (backend == nullptr) return std::nullopt;
  return place_at(*backend, asking);
}

std::unique_ptr<Balancer::Waiting> Balancer::wait(Granted granted, Asking asking) {
  std::unique_ptr<Waiting> waiting;
  std::vector<Grant> free;
  {
    const std::lock_guard lock(mutex_);
    if (line_.size() >= longest_queue_) return nullptr;
    line_.push_back({++last_number_, std::move(granted), asking});
    waiting.reset(new Waiting(*this, last_number_));
    // What was given back since take() found nothing, while nobody was in line to get it.
    free = grants(asking.home);
  }
  give(std::move(free));
  return waiting;
}

bool Balancer::is_up() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(backends_.begin(), backends_.end(), [](const Backend& one) {
    return !one.retired && one.down_until == Instant{};
  });
}

bool Balancer::is_hopeless() const {
  const std::lock_guard lock(mutex_);
  return hopeless_ && backends_.empty();
}

void Balancer::join(const void* holder, const std::atomic<std::size_t>& idle, GiveUp give_up) {
  const std::lock_guard lock(mutex_);
  holders_.push_back({holder, &idle, std::move(give_up)});
}

void Balancer::leave(const void* holder) {
  const std::lock_guard lock(mutex_);
  std::erase_if(holders_, [holder](const Holder& one) { return one.who == holder; });
}

void Balancer::make_way(const void* holder, BackendId backend) {
  // Under the mutex, so that nobody leaves meanwhile: giving up only posts to a loop.
  const std::lock_guard lock(mutex_);
  const auto keeps = [holder](const Holder& one) {
    return one.who != holder && one.idle->load(std::memory_order_relaxed) > 0;
  };
  const auto found = std::find_if(holders_.begin(), holders_.end(), keeps);
  if (found != holders_.end()) found->give_up(backend);
}

void Balancer::tend() {
  std::vector<Grant> granted;
  {
    const std::lock_guard lock(mutex_);
    granted = grants(nullptr);
  }
  give(std::move(granted));
}

Balancer::Counts Balancer::counts() const {
  const std::lock_guard lock(mutex_);
  Counts counts;
  for (const Backend& backend : backends_) {
    ++counts.backends;
    counts.up += backend.down_until == Instant{} ? 1 : 0;
    counts.busy += backend.busy;
  }
  counts.waiting = static_cast<std::uint32_t>(line_.size());
  return counts;
}

Balancer::Backend* Balancer::find(BackendId id) {
  const auto found = std::find_if(backends_.begin(), backends_.end(),
                                  [id](const Backend& backend) { return backend.id == id; });
  return found == backends_.end() ? nullptr : &*found;
}

// A free one, or else one that will soon be free.
Balancer::Backend* Balancer::choose(const Asking& asking) {
  const auto is_free = [](const Backend& one) { return one.busy < one.allowed; };
  Backend* const free = least_busy(asking.avoided, is_free);
  if (free != nullptr || !asking.can_move) return free;
  return least_busy(asking.avoided, [&asking](const Backend& one) {
    const bool is_quick = one.usual_us > 0 && one.usual_us < quick_us;
    return is_quick && one.allowed == one.capacity && one.busy < one.capacity + one.ahead &&
           one.id != asking.avoided;
  });
}

// Of equals the one that was asked longest ago.
template <typename MayTake>
Balancer::Backend* Balancer::least_busy(BackendId avoided, MayTake may_take) {
  const Instant now = now_();
  Backend* best = nullptr;
  const auto is_better = [&](const Backend& one) {
    if (best == nullptr) return true;
    const bool one_avoided = one.id == avoided;
    if (one_avoided != (best->id == avoided)) return !one_avoided;
    if (one.busy != best->busy) return one.busy < best->busy;
    return one.last_asked < best->last_asked;
  };
  for (Backend& backend : backends_) {
    if (backend.retired || backend.down_until > now || !may_take(backend)) continue;
    if (is_better(backend)) best = &backend;
  }
  return best;
}

Place Balancer::place_at(Backend& backend, const Asking& asking) {
  const bool is_ahead = backend.busy >= backend.capacity;
  ++backend.busy;
  backend.last_asked = ++asked_;
  return {*this, backend.id, backend.endpoint, asking.home, is_ahead};
}

std::vector<Balancer::Grant> Balancer::grants(const void* home) {
  std::vector<Grant> granted;
  while (!line_.empty()) {
    const auto next = next_in_line(home);
    Backend* const backend = choose(next->asking);
    if (backend == nullptr) break;
    if (next != line_.begin()) ++line_.front().passed_over;
    granted.push_back({std::move(next->granted), place_at(*backend, next->asking)});
    line_.erase(next);
  }
  return granted;
}

std::deque<Balancer::Line>::iterator Balancer::next_in_line(const void* home) {
  constexpr std::ptrdiff_t most_looked_at = 64;
  const auto first = line_.begin();
  if (home == nullptr || first->asking.home == home || first->passed_over >= patience) return first;
  const auto end = first + std::min(most_looked_at, std::ssize(line_));
  const auto own =
      std::find_if(first, end, [home](const Line& line) { return line.asking.home == home; });
  return own == end ? first : own;
}

void Balancer::give(std::vector<Grant> grants) {
  for (Grant& grant : grants) grant.granted(std::move(grant.place));
}

void Balancer::give_back(const Place& place, Place::Outcome outcome) {
  std::vector<Grant> granted;
  std::function<void()> drained;
  {
    const std::lock_guard lock(mutex_);
    Backend* const backend = find(place.backend_);
    --backend->busy;
    note(*backend, outcome, place.since_);
    if (backend->retired && backend->busy == 0) {
      drained = std::move(backend->drained);
      std::erase_if(backends_, [&](const Backend& one) { return one.id == place.backend_; });
    } else {
      granted = grants(place.home_);
    }
  }
  give(std::move(granted));
  if (drained) drained();
}

void Balancer::note(Backend& backend, Place::Outcome outcome, Instant since) const {
  if (outcome == Place::Outcome::unknown) return;
  if (outcome == Place::Outcome::worked) {
    backend.failures = 0;
    backend.down_until = {};
    backend.allowed = std::min(backend.capacity, backend.allowed * 2);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - since);
    const auto us = static_cast<std::uint32_t>(std::clamp<std::int64_t>(took.count(), 1, 1 << 24));
    backend.usual_us = backend.usual_us == 0 ? us : (backend.usual_us * 7 + us) / 8;
    return;
  }
  ++backend.failures;
  if (outcome == Place::Outcome::broke && backend.failures < tolerated_breaks) return;
  backend.allowed = 1;
  backend.down_until = now_() + rest_after(backend.failures);
}

}  // namespace frontis::upstream
