#include "media/round.h"

#include <iterator>
#include <utility>

#include "base/clock.h"
#include "base/text.h"
#include "http/compressible.h"
#include "media/dictionary.h"
#include "media/mime.h"
#include "media/pressed.h"

namespace frontis::media {

namespace {

// Whether somebody may still be writing it.
bool is_young(const Identity& identity) {
  constexpr std::int64_t two_seconds = 2'000'000'000;
  const std::int64_t age = wall_nanoseconds() - identity.ctime_ns;
  return age >= 0 && age < two_seconds;
}

}  // namespace

Round::Round(const PressedRoot& root, Services& services)
    : files_(*root.files),
      services_(services),
      manifests_(root.manifests),
      judge_(files_, services, manifests_, root.url_prefix),
      generation_(manifests_->generation()) {}

void Round::want_all() {
  const std::lock_guard lock(mutex_);
  all_wanted_ = true;
  wanted_.clear();
}

void Round::want(std::vector<std::string> files) {
  const std::lock_guard lock(mutex_);
  if (wanted_.size() + files.size() > most_wanted) {
    all_wanted_ = true;
    wanted_.clear();
    return;
  }
  wanted_.insert(wanted_.end(), std::make_move_iterator(files.begin()),
                 std::make_move_iterator(files.end()));
}

bool Round::want_young() {
  std::vector<std::string> young;
  {
    const std::lock_guard lock(mutex_);
    young.swap(young_);
  }
  if (young.empty()) return false;
  want(std::move(young));
  return true;
}

// Beyond `most_wanted` they are for the next walk.
void Round::put_off(const std::string& file) {
  const std::lock_guard lock(mutex_);
  if (young_.size() < most_wanted) young_.push_back(file);
}

bool Round::manifests_changed() {
  manifests_->refresh();
  const std::uint64_t generation = manifests_->generation();
  return std::exchange(generation_, generation) != generation;
}

// What has just changed comes first.
std::optional<std::string> Round::next() {
  for (;;) {
    if (auto file = take_wanted()) return file;
    if (is_walk_due()) begin_walk();
    if (!walk_) return std::nullopt;
    if (auto file = walk_on()) return file;
  }
}

std::optional<std::string> Round::take_wanted() {
  const std::lock_guard lock(mutex_);
  if (wanted_.empty()) return std::nullopt;
  std::string file = std::move(wanted_.front());
  wanted_.pop_front();
  return file;
}

// A walk that is under way is ended before the next begins, or a large root might never be walked
// to its end; unless the root's path leads elsewhere by now.
bool Round::is_walk_due() {
  const std::lock_guard lock(mutex_);
  if (!all_wanted_ || (walk_ && walk_->is_current())) return false;
  all_wanted_ = false;
  return true;
}

std::optional<std::string> Round::walk_on() {
  auto file = walk_->next();
  if (file && *file) return std::move(**file);
  walk_.reset();
  if (!file && file.error().kind == ErrorKind::exhausted) {
    services_.log.once_a_minute("round " + files_.root.string(), Log::Level::warning,
                                file.error().message);
  }
  return std::nullopt;
}

void Round::begin_walk() {
  WalkBounds bounds;
  bounds.give_up = &services_.press.stopping();
  walk_ = std::make_unique<RootWalk>(files_, bounds, RootWalk::Names::files,
                                     [this](const std::string& folder, const std::string& reason) {
                                       const std::string path = (files_.root / folder).string();
                                       services_.log.once_a_minute(
                                           "passed over " + path, Log::Level::warning,
                                           path + " is passed over by press: " + reason);
                                     });
}

bool Round::look_at(const std::string& file) {
  const auto seen = see(file);
  if (!seen) return false;
  keep(file, *seen);
  if (!services_.maker || !http::is_compressible(seen->type)) return false;
  const std::uint64_t size = seen->found.identity.size;
  return services_.maker->lacks(seen->inspection.digest, size) && services_.variants.has_room(size);
}

// To read a whole root of films would help nobody.
bool Round::is_of_interest(const std::string& file, const Found& found) const {
  if (found.kind != Found::Kind::file) return false;
  const std::string_view type = services_.types.of(last_segment(file));
  if (http::is_compressible(type) && services_.maker &&
      services_.maker->is_in_bounds(found.identity.size)) {
    return true;
  }
  return judge_.may_be_trusted(file) && services_.kept.has_room_for(found.identity.size);
}

std::optional<Round::Seen> Round::see(const std::string& file) {
  const Library library(files_);
  auto found = library.find(file);
  if (!found || !is_of_interest(file, *found)) return std::nullopt;
  // Its name would be pinned to what it holds now, for ever: not to half of a file.
  if (judge_.is_promised(file) && is_young(found->identity)) {
    put_off(file);
    return std::nullopt;
  }
  auto inspection = inspection_of(file, *found);
  if (!inspection) return std::nullopt;
  Seen seen;
  seen.type = judge_.type_of(file, &*inspection).text;
  seen.facts = judge_.facts_of(file, &*inspection);
  seen.found = std::move(*found);
  seen.inspection = std::move(*inspection);
  return seen;
}

// What was found out before, by whatever process, or is found out now.
std::optional<Inspection> Round::inspection_of(const std::string& file, const Found& found) const {
  const std::string_view name = last_segment(file);
  const bool is_large = found.identity.size > kept_in_memory;
  auto known = services_.index ? services_.index->file(found.identity, name) : std::nullopt;
  if (!known) {
    const bool ask_magic = services_.types.of(name).empty();
    // Asked before it is read: times that are this young may stay the same through another change.
    const bool may_be_noted = services_.index && is_settled(found.identity);
    auto inspection = inspect(found.file->number(), found.identity,
                              {name, false, ask_magic, &services_.press.stopping()});
    if (!inspection) return std::nullopt;  // it changes: that will be told
    known = std::move(*inspection);
    if (may_be_noted) services_.index->put_file(found.identity, name, *known);
  }
  // So that no loop has it hashed again.
  if (is_large) services_.inspections.finish(found.identity, name, *known);
  return known;
}

void Round::keep(const std::string& file, const Seen& seen) const {
  if (!judge_.is_worth_keeping(seen.facts)) return;
  const std::string url = judge_.url_of(file);
  if (!services_.kept.is_wanted(url, seen.inspection.digest)) return;
  services_.kept.keep({url, logical_name(url), seen.inspection.digest,
                       !seen.facts.verified.has_value(), seen.found.identity,
                       seen.found.file->number()});
}

bool Round::make(const std::string& file) {
  const auto seen = see(file);
  if (!seen || !services_.maker || !http::is_compressible(seen->type)) return false;
  services_.maker->make_now({seen->inspection.digest, seen->found.identity, seen->found.file});
  make_deltas(file, *seen);
  return !services_.maker->lacks(seen->inspection.digest, seen->found.identity.size);
}

void Round::make_deltas(const std::string& file, const Seen& seen) const {
  if (!services_.maker->makes_deltas() || !is_delta_type(seen.type)) return;
  if (!judge_.is_worth_keeping(seen.facts)) return;
  std::vector<VariantMaker::Content> versions;
  const std::string logical = logical_name(judge_.url_of(file));
  for (const Sha256& from : services_.kept.earlier(logical, seen.inspection.digest, most_deltas)) {
    const auto copy = services_.kept.open(from);
    if (copy) versions.push_back({from, copy->identity, copy->file});
  }
  services_.maker->want_deltas({seen.inspection.digest, seen.found.identity, seen.found.file},
                               std::move(versions));
}

}  // namespace frontis::media
