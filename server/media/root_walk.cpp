#include "media/root_walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>

namespace frontis::media {

namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

Result<void> walk(RootWalk& steps, const std::function<void(const std::string&)>& visit) {
  for (;;) {
    auto name = steps.next();
    if (!name) return tl::unexpected(std::move(name.error()));
    if (!*name) return {};
    visit(**name);
  }
}

}  // namespace

Result<void> walk_root(const config::FilesAction& files, const WalkBounds& bounds,
                       const std::function<void(const std::string&)>& visit,
                       const Skipped& skipped) {
  RootWalk steps(files, bounds, RootWalk::Names::files, skipped);
  return walk(steps, visit);
}

Result<void> walk_directories(const config::FilesAction& files, const WalkBounds& bounds,
                              const std::function<void(const std::string&)>& visit) {
  RootWalk steps(files, bounds, RootWalk::Names::directories);
  return walk(steps, visit);
}

RootWalk::RootWalk(const config::FilesAction& files, WalkBounds bounds, Names names,
                   Skipped skipped)
    : files_(files),
      bounds_(std::move(bounds)),
      names_(names),
      skipped_(std::move(skipped)),
      library_(files),
      root_(::open(files.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

Result<std::optional<std::string>> RootWalk::next() {
  for (;;) {
    if (bounds_.give_up && *bounds_.give_up) return fail(ErrorKind::io, "given up");
    if (!std::exchange(has_begun_, true)) {
      if (auto begun = begin(); !begun) return tl::unexpected(std::move(begun.error()));
    }
    if (to_enter_) {
      const std::string relative = *std::exchange(to_enter_, std::nullopt);
      if (auto entered = enter(relative); !entered) {
        levels_.clear();
        return tl::unexpected(std::move(entered.error()));
      }
    }
    if (levels_.empty()) return std::nullopt;
    Level& level = levels_.back();
    if (level.position == level.entries.size()) {
      levels_.pop_back();
      continue;
    }
    Entry& entry = level.entries[level.position++];
    entry.name.insert(0, level.prefix);
    auto name = pass(entry.name, entry.kind);
    entry.name = {};
    if (!name) continue;
    if (++named_ > bounds_.most_files) {
      levels_.clear();
      to_enter_.reset();
      return too_many();
    }
    return name;
  }
}

bool RootWalk::is_current() const {
  struct stat began {
  }, now{};
  return ::fstat(root_.number(), &began) == 0 && ::stat(files_.root.c_str(), &now) == 0 &&
         began.st_dev == now.st_dev && began.st_ino == now.st_ino;
}

// Nothing is named of a place that may not be looked into.
Result<void> RootWalk::begin() {
  const auto found = library_.find(bounds_.from);
  if (!found) return tl::unexpected(found.error());
  if (found->kind != Found::Kind::directory) {
    return fail(ErrorKind::not_found, (files_.root / bounds_.from).string() + " is a file");
  }
  levels_.push_back({{}, {}, {{bounds_.from, Kind::directory}}, 0});
  return {};
}

// What is to be named of this entry; a directory is entered by the next step.
std::optional<std::string> RootWalk::pass(const std::string& relative, Kind kind) {
  if (kind == Kind::link) {
    const auto behind = look_behind(relative);
    if (!behind) return std::nullopt;
    kind = *behind;
  }
  if (kind == Kind::directory) to_enter_ = relative;
  const bool is_named = (kind == Kind::directory) == (names_ == Names::directories);
  if (!is_named) return std::nullopt;
  return relative;
}

std::optional<RootWalk::Kind> RootWalk::look_behind(const std::string& relative) {
  const auto found = library_.find(relative);
  if (!found) return std::nullopt;  // outside, broken, or a loop of links
  if (found->kind == Found::Kind::file) return Kind::file;
  const Place place{found->identity.device, found->identity.inode};
  const bool leads_back = std::any_of(levels_.begin(), levels_.end(),
                                      [&](const Level& level) { return level.place == place; });
  if (leads_back || !linked_.insert(place).second) return std::nullopt;
  return Kind::directory;
}

// The Library says whether the directory may be looked into; what is then opened must be the same.
Result<void> RootWalk::enter(const std::string& relative) {
  if (levels_.size() > bounds_.deepest) {
    return pass_over(relative, {ErrorKind::exhausted,
                                fmt::format("it lies deeper than {} folders", bounds_.deepest)});
  }
  auto found = library_.find(relative);
  if (!found) return pass_over(relative, std::move(found.error()));
  Descriptor directory(::openat(root_.number(), relative.empty() ? "." : relative.c_str(),
                                O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open()) {
    return pass_over(relative, fail_errno("it cannot be listed", errno).value());
  }
  const auto identity = identity_of(directory.number());
  const Place place{found->identity.device, found->identity.inode};
  if (!identity || Place{identity->device, identity->inode} != place) {
    return pass_over(relative, {ErrorKind::io, "it was switched while it was being opened"});
  }
  std::string prefix = relative.empty() ? relative : relative + '/';
  auto entries = list(std::move(directory), prefix);
  if (!entries && entries.error().kind == ErrorKind::exhausted) {
    return tl::unexpected(std::move(entries.error()));
  }
  if (!entries) return pass_over(relative, std::move(entries.error()));
  levels_.push_back({place, std::move(prefix), std::move(*entries), 0});
  return {};
}

// What could be served, sorted by the bytes of the names.
Result<std::vector<RootWalk::Entry>> RootWalk::list(Descriptor directory,
                                                    const std::string& prefix) const {
  const Folder folder(::fdopendir(directory.number()));
  if (folder == nullptr) return fail(ErrorKind::io, "it cannot be listed");
  directory.release();
  std::vector<Entry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr && errno != 0) {
      return fail(ErrorKind::io, fail_errno("it cannot be listed", errno).value().message);
    }
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    const bool is_other = entry->d_type != DT_REG && entry->d_type != DT_DIR &&
                          entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN;
    if (is_other || name == "." || name == "..") continue;
    if (names_ == Names::directories && entry->d_type == DT_REG) continue;
    if (!denied_reason(prefix + std::string(name), files_.allow).empty()) continue;
    if (entries.size() == bounds_.most_files) return too_many();
    entries.push_back({std::string(name), entry->d_type == DT_REG   ? Kind::file
                                          : entry->d_type == DT_DIR ? Kind::directory
                                                                    : Kind::link});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

// Without the directory that all was to begin from, there is nothing.
Result<void> RootWalk::pass_over(const std::string& relative, Error error) const {
  if (relative == bounds_.from) return tl::unexpected(std::move(error));
  if (skipped_) skipped_(relative, error.message);
  return {};
}

tl::unexpected<Error> RootWalk::too_many() const {
  return fail(ErrorKind::exhausted,
              fmt::format("more than {} files lie beneath {}: the rest is only looked at when it "
                          "is asked for",
                          bounds_.most_files, (files_.root / bounds_.from).string()));
}

}  // namespace frontis::media
