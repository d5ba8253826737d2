#include "media/root_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

// What a watch has told.
class Heard {
 public:
  void operator()(const RootWatch::Change& change) {
    const std::lock_guard hold(blocked_);
    const std::lock_guard lock(mutex_);
    if (change.all) ++all_[change.root];
    for (const std::string& file : change.files) files_.insert({change.root, file});
  }
  unsigned all(std::size_t root) const {
    const std::lock_guard lock(mutex_);
    const auto found = all_.find(root);
    return found == all_.end() ? 0 : found->second;
  }
  bool has(std::size_t root, const std::string& file) const {
    const std::lock_guard lock(mutex_);
    return files_.contains({root, file});
  }
  std::size_t files() const {
    const std::lock_guard lock(mutex_);
    return files_.size();
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    files_.clear();
    all_.clear();
  }
  // While it is held, the watch cannot get on.
  std::mutex& blocked() { return blocked_; }

 private:
  std::mutex blocked_;
  mutable std::mutex mutex_;
  std::map<std::size_t, unsigned> all_;
  std::set<std::pair<std::size_t, std::string>> files_;
};

bool eventually(const std::function<bool()>& holds) {
  for (int tries = 0; tries < 2000; ++tries) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

class RootWatchTest : public ::testing::Test {
 protected:
  RootWatchTest() {
    fs::create_directories(scratch_ / "root");
    files_.root = scratch_ / "root";
  }

  // Returns when all that is there is watched.
  void begin(std::vector<const config::FilesAction*> roots) {
    watch_ = std::make_unique<RootWatch>(
        roots, [this](const RootWatch::Change& change) { heard_(change); }, *log_, bounds_);
    for (std::size_t i = 0; i < roots.size(); ++i) {
      if (!fs::exists(roots[i]->root)) continue;
      ASSERT_TRUE(eventually([&] { return heard_.all(i) > 0; }));
    }
    heard_.clear();
  }
  void begin() { begin({&files_}); }

  void expect(const std::string& file, std::size_t root = 0) {
    EXPECT_TRUE(eventually([&] { return heard_.has(root, file); })) << file;
  }
  void expect_all(std::size_t root = 0) {
    EXPECT_TRUE(eventually([&] { return heard_.all(root) > 0; }));
  }
  // What was done before has been heard of when this returns.
  void settle() {
    static int count = 0;
    const std::string name = "settled" + std::to_string(++count);
    scratch_.write("root/" + name, "x");
    expect(name);
  }

  ScratchFolder scratch_;
  config::FilesAction files_;
  RootWatch::Bounds bounds_;
  std::unique_ptr<Log> log_ = *Log::open((scratch_ / "log").string(), Log::Level::info);
  Heard heard_;
  std::unique_ptr<RootWatch> watch_;
};

TEST_F(RootWatchTest, TellsOfAFileThatIsWritten) {
  scratch_.write("root/css/old.css", "x");
  begin();
  scratch_.write("root/app.js", "x");
  scratch_.write("root/css/old.css", "y");
  expect("app.js");
  expect("css/old.css");
  EXPECT_EQ(heard_.all(0), 0U);
  EXPECT_EQ(heard_.files(), 2U);
}

TEST_F(RootWatchTest, TellsOfAFileThatIsMovedHere) {
  scratch_.write("elsewhere/app.js", "x");
  begin();
  fs::rename(scratch_ / "elsewhere/app.js", scratch_ / "root/app.js");
  expect("app.js");
}

TEST_F(RootWatchTest, TellsOfLinksToFiles) {
  scratch_.write("root/app.js", "x");
  begin();
  scratch_.link("app.js", "root/soft.js");
  fs::create_hard_link(scratch_ / "root/app.js", scratch_ / "root/hard.js");
  expect("soft.js");
  expect("hard.js");
}

TEST_F(RootWatchTest, TellsOfAFileOnlyWhenItIsWrittenToItsEnd) {
  begin();
  std::ofstream slow(scratch_ / "root/slow.js");
  slow << "x" << std::flush;
  settle();
  EXPECT_FALSE(heard_.has(0, "slow.js"));
  slow.close();
  expect("slow.js");
}

TEST_F(RootWatchTest, IsSilentAboutNamesThatAreNotServed) {
  begin();
  scratch_.write("root/.app.js.swp", "x");
  scratch_.write("root/settings.py", "x");
  scratch_.write("root/.git/config", "x");
  settle();
  EXPECT_EQ(heard_.files(), 1U);
}

TEST_F(RootWatchTest, WatchesNewFoldersAndWhatIsInThemAlready) {
  begin();
  for (int i = 0; i < 20; ++i) {
    scratch_.write("root/new" + std::to_string(i) + "/deep/er/app.js", "x");
  }
  for (int i = 0; i < 20; ++i) expect("new" + std::to_string(i) + "/deep/er/app.js");
  scratch_.write("root/new7/deep/late.js", "x");
  expect("new7/deep/late.js");
}

TEST_F(RootWatchTest, AFolderThatIsMovedHereIsTakenInWhole) {
  scratch_.write("elsewhere/a/b.js", "x");
  begin();
  fs::rename(scratch_ / "elsewhere", scratch_ / "root/moved");
  expect("moved/a/b.js");
  scratch_.write("root/moved/a/c.js", "x");
  expect("moved/a/c.js");
}

TEST_F(RootWatchTest, AFolderThatIsRenamedIsToldUnderItsNewName) {
  scratch_.write("root/old/a/b.js", "x");
  begin();
  fs::rename(scratch_ / "root/old", scratch_ / "root/new");
  expect("new/a/b.js");
  heard_.clear();
  scratch_.write("root/new/a/c.js", "x");
  expect("new/a/c.js");
  EXPECT_FALSE(heard_.has(0, "old/a/c.js"));
}

TEST_F(RootWatchTest, AFolderThatIsMovedAwayIsForgotten) {
  scratch_.write("root/old/a/b.js", "x");
  begin();
  fs::rename(scratch_ / "root/old", scratch_ / "elsewhere");
  settle();
  heard_.clear();
  scratch_.write("elsewhere/a/c.js", "x");
  settle();
  EXPECT_FALSE(heard_.has(0, "old/a/c.js"));
}

TEST_F(RootWatchTest, AFolderThatIsMadeAgainIsWatchedAgain) {
  scratch_.write("root/css/a.css", "x");
  begin();
  fs::remove_all(scratch_ / "root/css");
  scratch_.write("root/css/b.css", "x");
  expect("css/b.css");
  heard_.clear();
  scratch_.write("root/css/c.css", "x");
  expect("css/c.css");
}

TEST_F(RootWatchTest, FollowsALinkToAFolderThatIsSwitched) {
  scratch_.write("root/v1/a.js", "x");
  scratch_.write("root/v2/b.js", "x");
  scratch_.link("v1", "root/latest");
  begin();
  scratch_.switch_link("v2", "root/latest");
  expect("latest/b.js");
  scratch_.write("root/v2/c.js", "x");
  expect("latest/c.js");
  expect("v2/c.js");
}

TEST_F(RootWatchTest, DoesNotLookOutside) {
  scratch_.write("outside/secret.js", "x");
  begin();
  scratch_.link(scratch_ / "outside", "root/out");
  settle();
  scratch_.write("outside/more.js", "x");
  settle();
  EXPECT_FALSE(heard_.has(0, "out/secret.js"));
  EXPECT_FALSE(heard_.has(0, "out/more.js"));
}

TEST_F(RootWatchTest, OneFolderMayBeTheRootOfSeveralRoutes) {
  scratch_.write("root/css/a.css", "x");
  config::FilesAction inner;
  inner.root = scratch_ / "root/css";
  begin({&files_, &inner, &files_});
  scratch_.write("root/css/b.css", "x");
  expect("css/b.css", 0);
  expect("b.css", 1);
  expect("css/b.css", 2);
}

TEST_F(RootWatchTest, SaysAllWhenTheRootIsSwitched) {
  scratch_.write("releases/1/a.js", "x");
  scratch_.write("releases/2/b.js", "x");
  scratch_.link("releases/1", "current");
  files_.root = scratch_ / "current";
  begin();
  scratch_.switch_link("releases/2", "current");
  expect_all();
  scratch_.write("releases/2/c.js", "x");
  expect("c.js");
  scratch_.write("releases/1/old.js", "x");
  scratch_.write("releases/2/d.js", "x");
  expect("d.js");
  EXPECT_FALSE(heard_.has(0, "old.js"));
}

TEST_F(RootWatchTest, SaysAllWhenTheRootIsMadeAgain) {
  scratch_.write("root/a.js", "x");
  begin();
  fs::remove_all(scratch_ / "root");
  scratch_.write("root/b.js", "x");
  expect_all();
  scratch_.write("root/c.js", "x");
  expect("c.js");
}

TEST_F(RootWatchTest, WaitsForARootThatIsNotThereYet) {
  fs::remove(scratch_ / "root");
  begin();
  scratch_.write("root/a/b.js", "x");
  expect_all();
  scratch_.write("root/a/c.js", "x");
  expect("a/c.js");
}

TEST_F(RootWatchTest, SaysAllWhenTooMuchChangesAtATime) {
  bounds_.most_files = 5;
  for (int i = 0; i < 6; ++i) scratch_.write("many/" + std::to_string(i), "x");
  for (int i = 0; i < 5; ++i) scratch_.write("few/" + std::to_string(i), "x");
  begin();
  fs::rename(scratch_ / "few", scratch_ / "root/few");
  expect("few/4");
  EXPECT_EQ(heard_.all(0), 0U);
  settle();
  fs::rename(scratch_ / "many", scratch_ / "root/many");
  expect_all();
}

TEST_F(RootWatchTest, SaysAllWhenEventsWereLost) {
  std::size_t most = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> most;
  if (most == 0 || most > 20'000) GTEST_SKIP() << "the queue holds " << most << " events";
  begin();
  {
    const std::lock_guard hold(heard_.blocked());
    scratch_.write("root/first", "x");  // the watch goes to tell of it, and is held up
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    for (std::size_t i = 0; i < most / 4 + 100; ++i) {  // each rename is two events
      fs::rename(scratch_ / "root/first", scratch_ / "root/other");
      fs::rename(scratch_ / "root/other", scratch_ / "root/first");
    }
    fs::create_directory(scratch_ / "root/unheard");
  }
  expect_all();
  scratch_.write("root/unheard/late.js", "x");
  expect("unheard/late.js");
}

TEST_F(RootWatchTest, LooksThroughARootThatIsTooLargeToWatchNowAndThen) {
  for (const char* name : {"a", "b", "c", "d"}) {
    scratch_.write("root/" + std::string(name) + "/x.js", "x");
  }
  bounds_.most_folders = 3;
  bounds_.blind_every = std::chrono::milliseconds(20);
  begin();
  EXPECT_TRUE(eventually([this] { return heard_.all(0) >= 2; }));
  log_->flush();
  const std::string log = scratch_.read("log");
  EXPECT_THAT(log, HasSubstr("raise fs.inotify.max_user_watches"));
  EXPECT_EQ(log.find("raise"), log.rfind("raise")) << "said more than once";
  for (const char* name : {"c", "d"}) fs::remove_all(scratch_ / ("root/" + std::string(name)));
  ASSERT_TRUE(eventually([this] {  // two are gone, so the rest is watched whole
    heard_.clear();
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    return heard_.all(0) == 0;
  }));
  scratch_.write("root/b/y.js", "x");
  expect("b/y.js");
}

TEST_F(RootWatchTest, EndsWhateverIsUnderWay) {
  for (int i = 0; i < 20; ++i) {
    scratch_.write("root/" + std::to_string(i) + "/x.js", "x");
    RootWatch watch(
        {&files_}, [](const RootWatch::Change&) {}, *log_);
  }
}

}  // namespace
}  // namespace frontis::media
