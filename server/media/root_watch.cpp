#include "media/root_watch.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "base/descriptor.h"
#include "media/library.h"
#include "media/root_walk.h"
#include "media/watched_folders.h"

namespace frontis::media {

namespace {

using Clock = std::chrono::steady_clock;
using FolderIdentity = std::pair<dev_t, ino_t>;

constexpr auto gathered = std::chrono::milliseconds(100);  // for how long changes are
constexpr auto between_looks = std::chrono::seconds(1);    // at where the roots lead
constexpr int nice_value = 10;

std::optional<FolderIdentity> folder_at(const std::filesystem::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) return std::nullopt;
  return FolderIdentity{found.st_dev, found.st_ino};
}

}  // namespace

class RootWatch::Impl {
 public:
  Impl(std::vector<const config::FilesAction*> roots, std::function<void(Change)> changed, Log& log,
       Bounds bounds);
  ~Impl();

 private:
  using Event = WatchedFolders::Event;

  struct Root {
    const config::FilesAction* files = nullptr;
    std::optional<FolderIdentity> watched;
    std::optional<Clock::time_point> look_again;  // since it is not watched whole
    bool all = false;
    std::set<std::string> changed;
  };

  void run();
  int wait_time() const;
  void look_at_roots();
  void watch(std::size_t root);
  void watch_folders(std::size_t root, const std::string& from);
  void add(std::size_t root, const std::string& relative);
  void hear(const Event& event);
  void hear_of_folder(const Event& event, const std::string& relative);
  void hear_of_file(const Event& event, const std::string& relative);
  void take_in(std::size_t root, const std::string& folder);
  void note(std::size_t root, const std::string& file);
  void note_all(std::size_t root);
  void be_blind(std::size_t root, WatchedFolders::Added why);
  void report();
  WalkBounds walk_bounds(const std::string& from) const;

  std::vector<Root> roots_;
  const std::function<void(Change)> changed_;
  Log& log_;
  const Bounds bounds_;
  WatchedFolders folders_;
  bool said_blind_ = false;
  Clock::time_point next_look_ = Clock::now();
  std::optional<Clock::time_point> due_;  // when what was gathered is told
  const Descriptor stop_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

RootWatch::RootWatch(std::vector<const config::FilesAction*> roots,
                     std::function<void(Change)> changed, Log& log, Bounds bounds)
    : impl_(std::make_unique<Impl>(std::move(roots), std::move(changed), log, bounds)) {}

RootWatch::~RootWatch() = default;

RootWatch::Impl::Impl(std::vector<const config::FilesAction*> roots,
                      std::function<void(Change)> changed, Log& log, Bounds bounds)
    : changed_(std::move(changed)),
      log_(log),
      bounds_(bounds),
      folders_(bounds.most_folders),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  for (const auto* files : roots) roots_.push_back({files, {}, {}, false, {}});
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error& error) {
    log_.error(
        "the thread that watches the roots cannot be started ({}): raise the limit of tasks; "
        "until then changed files are noticed when they are asked for",
        error.what());
  }
}

RootWatch::Impl::~Impl() {
  stopping_ = true;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_.number(), &one, sizeof one);
  if (thread_.joinable()) thread_.join();
}

void RootWatch::Impl::run() {
  pthread_setname_np(pthread_self(), "frontis-watch");
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), nice_value);
  while (!stopping_) {
    if (Clock::now() >= next_look_) look_at_roots();
    pollfd waited[] = {{stop_.number(), POLLIN, 0}, {folders_.descriptor(), POLLIN, 0}};
    const int ready = ::poll(waited, 2, wait_time());
    if (ready > 0 && waited[1].revents != 0) {
      folders_.read([this](const Event& event) { hear(event); });
    }
    if (due_ && Clock::now() >= *due_) report();
  }
}

int RootWatch::Impl::wait_time() const {
  const auto until = due_ ? std::min(*due_, next_look_) : next_look_;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

void RootWatch::Impl::look_at_roots() {
  const auto now = Clock::now();
  for (std::size_t i = 0; i < roots_.size(); ++i) {
    Root& root = roots_[i];
    const auto there = folder_at(root.files->root);
    const bool is_due = root.look_again && now >= *root.look_again;
    if (there == root.watched && !is_due) continue;
    root.watched = there;
    root.look_again.reset();
    watch(i);
  }
  next_look_ = Clock::now() + between_looks;
}

void RootWatch::Impl::watch(std::size_t root) {
  folders_.forget({root, {}});
  if (!roots_[root].watched) return;  // it is waited for
  watch_folders(root, {});
  note_all(root);
}

void RootWatch::Impl::watch_folders(std::size_t root, const std::string& from) {
  const auto walked = walk_directories(*roots_[root].files, walk_bounds(from),
                                       [&](const std::string& relative) { add(root, relative); });
  // The root may not be listed now, or holds too much. What went away meanwhile tells so itself.
  if (!walked && (from.empty() || walked.error().kind == ErrorKind::exhausted)) {
    roots_[root].look_again = Clock::now() + bounds_.blind_every;
  }
}

void RootWatch::Impl::add(std::size_t root, const std::string& relative) {
  const auto added = folders_.add((roots_[root].files->root / relative).string(), {root, relative});
  const bool is_blind = added == WatchedFolders::Added::full ||  //
                        added == WatchedFolders::Added::never;
  if (is_blind) be_blind(root, added);
}

void RootWatch::Impl::be_blind(std::size_t root, WatchedFolders::Added why) {
  roots_[root].look_again = Clock::now() + bounds_.blind_every;
  if (std::exchange(said_blind_, true)) return;
  if (why == WatchedFolders::Added::never) {
    log_.warning(
        "the system gives no inotify to see changed files with: raise "
        "fs.inotify.max_user_instances; until then {} and other roots are looked through every "
        "{} s",
        roots_[root].files->root.string(), bounds_.blind_every.count() / 1000);
    return;
  }
  log_.warning(
      "more folders than the {} that can be watched: raise fs.inotify.max_user_watches; until "
      "then {} and other roots are looked through every {} s",
      folders_.size(), roots_[root].files->root.string(), bounds_.blind_every.count() / 1000);
}

void RootWatch::Impl::hear(const Event& event) {
  if ((event.mask & IN_Q_OVERFLOW) != 0) {
    for (Root& root : roots_) root.watched.reset();  // the next look watches all anew
    return;
  }
  const auto& [root, folder] = event.folder;
  if ((event.mask & IN_IGNORED) != 0) {
    if (folder.empty()) roots_[root].watched.reset();
    return;
  }
  if (event.name.empty()) return;
  const std::string relative = (folder.empty() ? folder : folder + '/') + std::string(event.name);
  if (!denied_reason(relative, roots_[root].files->allow).empty()) return;
  if ((event.mask & IN_ISDIR) != 0) return hear_of_folder(event, relative);
  hear_of_file(event, relative);
}

void RootWatch::Impl::hear_of_folder(const Event& event, const std::string& relative) {
  const std::size_t root = event.folder.root;
  if ((event.mask & (IN_MOVED_FROM | IN_MOVED_TO)) != 0) folders_.forget({root, relative});
  if ((event.mask & (IN_CREATE | IN_MOVED_TO)) != 0) take_in(root, relative);
}

void RootWatch::Impl::hear_of_file(const Event& event, const std::string& relative) {
  const std::size_t root = event.folder.root;
  if ((event.mask & IN_CLOSE_WRITE) != 0) return note(root, relative);
  if ((event.mask & (IN_CREATE | IN_MOVED_TO)) == 0) return;
  const std::string path = (roots_[root].files->root / relative).string();
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return;
  if (S_ISLNK(found.st_mode)) {
    folders_.forget({root, relative});  // it may have led elsewhere before
    if (folder_at(path)) return take_in(root, relative);
  }
  // A new file is told of when it has been written; but for a link to one, of either kind, that
  // has been long before.
  const bool is_whole = (event.mask & IN_MOVED_TO) != 0 || S_ISLNK(found.st_mode) ||
                        (S_ISREG(found.st_mode) && found.st_nlink > 1);
  if (is_whole) note(root, relative);
}

// Watches a folder that has come, and then tells of what lies in it already.
void RootWatch::Impl::take_in(std::size_t root, const std::string& folder) {
  watch_folders(root, folder);
  const auto walked = walk_root(*roots_[root].files, walk_bounds(folder),
                                [&](const std::string& file) { note(root, file); }, {});
  if (!walked && walked.error().kind == ErrorKind::exhausted) note_all(root);
}

void RootWatch::Impl::note(std::size_t root, const std::string& file) {
  Root& one = roots_[root];
  if (one.all) return;
  if (one.changed.size() >= bounds_.most_files) return note_all(root);
  one.changed.insert(file);
  if (!due_) due_ = Clock::now() + gathered;
}

void RootWatch::Impl::note_all(std::size_t root) {
  roots_[root].all = true;
  roots_[root].changed.clear();
  if (!due_) due_ = Clock::now() + gathered;
}

void RootWatch::Impl::report() {
  due_.reset();
  for (std::size_t i = 0; i < roots_.size(); ++i) {
    Root& root = roots_[i];
    if (!root.all && root.changed.empty()) continue;
    Change change{i, std::exchange(root.all, false), {root.changed.begin(), root.changed.end()}};
    root.changed.clear();
    changed_(std::move(change));
  }
}

WalkBounds RootWatch::Impl::walk_bounds(const std::string& from) const {
  WalkBounds bounds;
  bounds.give_up = &stopping_;
  bounds.from = from;
  return bounds;
}

}  // namespace frontis::media
