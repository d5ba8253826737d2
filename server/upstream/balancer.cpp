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

milliseconds rest_after(std::uint32_t failures) {
  const std::uint32_t doublings = std::min(failures - 1, most_doublings);
  return std::min(shortest_rest * (1U << doublings), longest_rest);
}

}  // namespace

Place::Place(Place&& other) noexcept
    : balancer_(std::exchange(other.balancer_, nullptr)),
      backend_(other.backend_),
      endpoint_(std::move(other.endpoint_)),
      home_(other.home_) {}

Place& Place::operator=(Place&& other) noexcept {
  if (this == &other) return *this;
  end(Outcome::unknown);
  balancer_ = std::exchange(other.balancer_, nullptr);
  backend_ = other.backend_;
  endpoint_ = std::move(other.endpoint_);
  home_ = other.home_;
  return *this;
}

Place::~Place() { end(Outcome::unknown); }

void Place::end(Outcome outcome) {
  if (balancer_ != nullptr) {
    std::exchange(balancer_, nullptr)->give_back(backend_, outcome, home_);
  }
}

Balancer::Waiting::~Waiting() {
  const std::lock_guard lock(balancer_.mutex_);
  std::erase_if(balancer_.line_, [this](const Line& line) { return line.number == number_; });
}

BackendId Balancer::add(std::shared_ptr<const net::Endpoint> endpoint, std::uint32_t capacity) {
  std::vector<Grant> granted;
  BackendId id = 0;
  {
    const std::lock_guard lock(mutex_);
    Backend& backend = backends_.emplace_back();
    backend.id = id = ++last_id_;
    backend.endpoint = std::move(endpoint);
    backend.capacity = backend.allowed = capacity;
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

std::optional<Place> Balancer::take(BackendId avoided, const void* home) {
  const std::lock_guard lock(mutex_);
  if (!line_.empty()) return std::nullopt;
  Backend* const backend = choose(avoided);
  if (backend == nullptr) return std::nullopt;
  return place_at(*backend, home);
}

std::unique_ptr<Balancer::Waiting> Balancer::wait(Granted granted, const void* home) {
  std::unique_ptr<Waiting> waiting;
  std::vector<Grant> free;
  {
    const std::lock_guard lock(mutex_);
    if (line_.size() >= longest_queue_) return nullptr;
    line_.push_back({++last_number_, std::move(granted), home});
    waiting.reset(new Waiting(*this, last_number_));
    // What was given back since take() found nothing, while nobody was in line to get it.
    free = grants(home);
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

// The least busy of those that may have one more; of equals the one that was asked longest ago.
Balancer::Backend* Balancer::choose(BackendId avoided) {
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
    if (backend.retired || backend.busy >= backend.allowed || backend.down_until > now) continue;
    if (is_better(backend)) best = &backend;
  }
  return best;
}

Place Balancer::place_at(Backend& backend, const void* home) {
  ++backend.busy;
  backend.last_asked = ++asked_;
  return {*this, backend.id, backend.endpoint, home};
}

std::vector<Balancer::Grant> Balancer::grants(const void* home) {
  std::vector<Grant> granted;
  while (!line_.empty()) {
    Backend* const backend = choose(0);
    if (backend == nullptr) break;
    const auto next = next_in_line(home);
    granted.push_back({std::move(next->granted), place_at(*backend, next->home)});
    line_.erase(next);
  }
  return granted;
}

std::deque<Balancer::Line>::iterator Balancer::next_in_line(const void* home) {
  constexpr std::ptrdiff_t most_looked_at = 64;
  const auto first = line_.begin();
  if (home == nullptr || first->home == home || first->passed_over >= patience) return first;
  const auto end = first + std::min(most_looked_at, std::ssize(line_));
  const auto own = std::find_if(first, end, [home](const Line& line) { return line.home == home; });
  if (own == end) return first;
  ++first->passed_over;
  return own;
}

void Balancer::give(std::vector<Grant> grants) {
  for (Grant& grant : grants) grant.granted(std::move(grant.place));
}

void Balancer::give_back(BackendId id, Place::Outcome outcome, const void* home) {
  std::vector<Grant> granted;
  std::function<void()> drained;
  {
    const std::lock_guard lock(mutex_);
    Backend* const backend = find(id);
    --backend->busy;
    note(*backend, outcome);
    if (backend->retired && backend->busy == 0) {
      drained = std::move(backend->drained);
      std::erase_if(backends_, [id](const Backend& one) { return one.id == id; });
    } else {
      granted = grants(home);
    }
  }
  give(std::move(granted));
  if (drained) drained();
}

void Balancer::note(Backend& backend, Place::Outcome outcome) const {
  if (outcome == Place::Outcome::unknown) return;
  if (outcome == Place::Outcome::worked) {
    backend.failures = 0;
    backend.down_until = {};
    backend.allowed = std::min(backend.capacity, backend.allowed * 2);
    return;
  }
  ++backend.failures;
  if (outcome == Place::Outcome::broke && backend.failures < tolerated_breaks) return;
  backend.allowed = 1;
  backend.down_until = now_() + rest_after(backend.failures);
}

}  // namespace frontis::upstream
