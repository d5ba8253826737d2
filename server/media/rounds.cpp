#include "media/rounds.h"

#include <system_error>
#include <utility>

namespace frontis::media {

namespace {

using std::chrono::steady_clock;

// A job that looks at files gives way after this long to others that should be done soon.
constexpr std::chrono::milliseconds slice{20};
constexpr std::size_t most_to_make = 100'000;
constexpr std::int64_t forget_after = 30LL * 86'400;  // seconds

}  // namespace

std::shared_ptr<Rounds> Rounds::begin(const std::vector<PressedRoot>& roots, Services& services,
                                      std::shared_ptr<const config::Settings> settings, Pace pace) {
  std::shared_ptr<Rounds> rounds(new Rounds(roots, services, std::move(settings), pace));
  rounds->begin();
  return rounds;
}

Rounds::Rounds(const std::vector<PressedRoot>& roots, Services& services,
               std::shared_ptr<const config::Settings> settings, Pace pace)
    : settings_(std::move(settings)),
      services_(services),
      pace_(pace),
      looked_at_all_(steady_clock::now()) {
  if (services_.index == nullptr) return;
  for (const PressedRoot& root : roots) {
    rounds_.push_back(std::make_unique<Round>(root, services_));
    watched_.push_back(root.files);
  }
}

// Not before somebody holds this.
void Rounds::begin() {
  if (services_.index == nullptr) return;
  foreign_ = services_.index->foreign_changes();
  start_clock();
  watch_ = std::make_unique<RootWatch>(
      std::move(watched_), [this](RootWatch::Change change) { changed(std::move(change)); },
      services_.log);
}

Rounds::~Rounds() { stop(); }

void Rounds::start_clock() {
  try {
    clock_ = std::thread([this] { keep_time(); });
  } catch (const std::system_error& error) {
    services_.log.error(
        "the thread that times press's rounds cannot be started ({}): raise the limit of tasks; "
        "until then what other processes change under 'state' is not noticed",
        error.what());
  }
}

void Rounds::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stop_soon_.notify_all();
  watch_.reset();
  if (clock_.joinable()) clock_.join();
}

void Rounds::changed(RootWatch::Change change) {
  Round& round = *rounds_[change.root];
  if (change.all) {
    round.want_all();
  } else {
    round.want(std::move(change.files));
  }
  begin_looking();
}

void Rounds::begin_looking() {
  {
    const std::lock_guard lock(mutex_);
    look_again_ = true;
    if (stopped_ || std::exchange(looking_, true)) return;
  }
  if (services_.press.submit(Press::Urgency::soon, [self = shared_from_this()] { self->look(); }))
    return;
  const std::lock_guard lock(mutex_);
  looking_ = false;
}

// One slice of the files that wait to be looked at.
void Rounds::look() {
  {
    const std::lock_guard lock(mutex_);
    look_again_ = false;
  }
  const auto end = steady_clock::now() + slice;
  bool is_more = true;
  while (is_more && steady_clock::now() < end && !services_.press.stopping()) {
    is_more = look_at_one();
  }
  {
    const std::lock_guard lock(mutex_);
    looking_ = false;
    is_more = is_more || look_again_;
  }
  if (is_more && !services_.press.stopping()) begin_looking();
}

bool Rounds::look_at_one() {
  for (std::size_t root = 0; root < rounds_.size(); ++root) {
    auto file = rounds_[root]->next();
    if (!file) continue;
    if (rounds_[root]->look_at(*file)) add_to_make(root, std::move(*file));
    return true;
  }
  return false;
}

void Rounds::add_to_make(std::size_t root, std::string file) {
  {
    const std::lock_guard lock(mutex_);
    if (to_make_.size() >= most_to_make) {
      left_out_ = true;
      return;
    }
    to_make_.emplace_back(root, std::move(file));
    if (stopped_ || making_ >= services_.maker->threads()) return;
    ++making_;
  }
  if (services_.press.submit(Press::Urgency::idle,
                             [self = shared_from_this()] { self->make_one(); }))
    return;
  const std::lock_guard lock(mutex_);
  --making_;
}

// One file, and then again behind what visitors want made.
void Rounds::make_one() {
  std::optional<Task> task;
  {
    const std::lock_guard lock(mutex_);
    if (!to_make_.empty()) {
      task = std::move(to_make_.front());
      to_make_.pop_front();
    }
  }
  const bool is_made = task && rounds_[task->first]->make(task->second);
  bool begin_again = false;
  {
    const std::lock_guard lock(mutex_);
    has_made_ = has_made_ || is_made;
    if (to_make_.empty() || stopped_) {
      --making_;
      // Where nothing could be made, as on a full disk, another round would end in the same.
      begin_again = std::exchange(left_out_, false) && std::exchange(has_made_, false);
      task.reset();
    }
  }
  if (begin_again) return want_all();
  if (!task) return;
  if (services_.press.submit(Press::Urgency::idle,
                             [self = shared_from_this()] { self->make_one(); }))
    return;
  const std::lock_guard lock(mutex_);
  --making_;
}

void Rounds::want_all() {
  for (const auto& round : rounds_) round->want_all();
  begin_looking();
}

void Rounds::keep_time() {
  std::unique_lock lock(mutex_);
  while (!stop_soon_.wait_for(lock, pace_.tend, [this] { return stopped_.load(); })) {
    lock.unlock();
    services_.press.submit(Press::Urgency::soon, [self = shared_from_this()] { self->tend(); });
    lock.lock();
  }
}

// What they list is trusted, and may be worth keeping now.
void Rounds::look_at_manifests() {
  bool is_changed = false;
  for (const auto& round : rounds_) {
    if (!round->manifests_changed()) continue;
    round->want_all();
    is_changed = true;
  }
  if (is_changed) begin_looking();
}

void Rounds::look_at_young() {
  bool is_any = false;
  for (const auto& round : rounds_) is_any = round->want_young() || is_any;
  if (is_any) begin_looking();
}

void Rounds::tend() {
  const bool is_time = steady_clock::now() - looked_at_all_ >= pace_.again;
  const bool is_new = services_.index->refresh();
  const std::int64_t foreign = services_.index->foreign_changes();
  look_at_manifests();
  look_at_young();
  if (!is_time && !is_new && foreign == foreign_) return;
  foreign_ = foreign;
  services_.kept.tend();
  services_.variants.tend();
  if (is_time) services_.index->forget_files(forget_after);
  if (!is_time && !is_new) return;
  looked_at_all_ = steady_clock::now();
  want_all();
}

}  // namespace frontis::media
