#include "media/manifest_watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "as_ordinary_user.h"
#include "scratch_folder.h"

namespace frontis::media {
namespace {

std::string staticfiles(std::string_view name, std::string_view hashed) {
  return "{\"paths\": {\"" + std::string(name) + "\": \"" + std::string(hashed) +
         "\"}, \"version\": \"1.0\"}";
}

class ManifestWatchTest : public ::testing::Test {
 protected:
  ManifestWatchTest() {
    folder_.write("root/a.css", "a");
    files_.root = folder_ / "root";
  }

  std::shared_ptr<ManifestWatch> watch() {
    return std::make_shared<ManifestWatch>(files_, press_, *log_);
  }
  // refresh() looks once a second, so it is asked until it has.
  static bool refreshed(ManifestWatch& watch, const std::function<bool()>& seen) {
    for (int tries = 0; tries < 400 && !seen(); ++tries) {
      watch.refresh();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return seen();
  }
  std::string logged() {
    log_->flush();
    return folder_.read("log");
  }

  ScratchFolder folder_;
  config::FilesAction files_;
  std::unique_ptr<Log> log_ = *Log::open((folder_ / "log").string(), Log::Level::info);
  Press press_{0, *log_};
};

TEST_F(ManifestWatchTest, ReadsBothManifestsAtTheStart) {
  folder_.write("root/staticfiles.json", staticfiles("a.css", "a.0123456789ab.css"));
  folder_.write("root/.vite/manifest.json", R"({"main.js": {"file": "assets/main-BRBmoGS9.js"}})");
  const auto manifests = watch();
  EXPECT_TRUE(manifests->current()->lists("a.0123456789ab.css"));
  EXPECT_TRUE(manifests->current()->lists("assets/main-BRBmoGS9.js"));
  EXPECT_FALSE(manifests->current()->lists("a.css"));
  EXPECT_EQ(logged(), "");
}

TEST_F(ManifestWatchTest, NoManifestIsAnEmptyOneAndNothingToSay) {
  EXPECT_EQ(watch()->current()->size(), 0U);
  files_.root = folder_ / "missing";
  EXPECT_EQ(watch()->current()->size(), 0U);
  EXPECT_EQ(logged(), "");
}

TEST_F(ManifestWatchTest, ABrokenManifestIsSaidInTheLogAndCountsAsEmpty) {
  folder_.write("root/staticfiles.json", "{\"paths\": ");
  folder_.write("root/.vite/manifest.json", R"({"main.js": {"file": "assets/main-BRBmoGS9.js"}})");
  const auto manifests = watch();
  EXPECT_EQ(manifests->current()->size(), 1U);
  EXPECT_TRUE(manifests->current()->lists("assets/main-BRBmoGS9.js"));
  EXPECT_NE(logged().find("staticfiles.json is not read"), std::string::npos);
}

TEST_F(ManifestWatchTest, AManifestThatMayNotBeReadIsSaidInTheLog) {
  const auto path =
      folder_.write("root/staticfiles.json", staticfiles("a.css", "a.0123456789ab.css"));
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const AsOrdinaryUser user(folder_.path());
  EXPECT_EQ(watch()->current()->size(), 0U);
  EXPECT_NE(logged().find("staticfiles.json is not read"), std::string::npos);
}

TEST_F(ManifestWatchTest, AManifestThatIsTooLargeIsSaidInTheLog) {
  const auto path = folder_.write("root/staticfiles.json", "{");
  std::filesystem::resize_file(path, 64 * 1024 * 1024 + 1);
  EXPECT_EQ(watch()->current()->size(), 0U);
  EXPECT_NE(logged().find("staticfiles.json is not read"), std::string::npos);
}

TEST_F(ManifestWatchTest, PicksUpAChangeAndGrowsItsGeneration) {
  folder_.write("root/staticfiles.json", staticfiles("a.css", "a.0123456789ab.css"));
  const auto manifests = watch();
  const std::uint64_t before = manifests->generation();
  const auto old = manifests->current();
  folder_.write("new.json", staticfiles("a.css", "a.ffffffffffff.css"));
  std::filesystem::rename(folder_ / "new.json", folder_ / "root/staticfiles.json");
  ASSERT_TRUE(refreshed(*manifests, [&] { return manifests->generation() > before; }));
  EXPECT_TRUE(manifests->current()->lists("a.ffffffffffff.css"));
  EXPECT_FALSE(manifests->current()->lists("a.0123456789ab.css"));
  EXPECT_TRUE(old->lists("a.0123456789ab.css"));  // who holds a snapshot keeps it
}

TEST_F(ManifestWatchTest, PicksUpAManifestThatComesAndGoes) {
  const auto manifests = watch();
  const auto path =
      folder_.write("root/staticfiles.json", staticfiles("a.css", "a.0123456789ab.css"));
  EXPECT_TRUE(refreshed(*manifests, [&] { return manifests->current()->size() == 1; }));
  std::filesystem::remove(path);
  EXPECT_TRUE(refreshed(*manifests, [&] { return manifests->current()->size() == 0; }));
}

TEST_F(ManifestWatchTest, FollowsARootThatIsSwitched) {
  folder_.write("one/staticfiles.json", staticfiles("a.css", "a.111111111111.css"));
  folder_.write("two/staticfiles.json", staticfiles("a.css", "a.222222222222.css"));
  folder_.link(folder_ / "one", "current");
  files_.root = folder_ / "current";
  const auto manifests = watch();
  ASSERT_TRUE(manifests->current()->lists("a.111111111111.css"));
  folder_.switch_link(folder_ / "two", "current");
  EXPECT_TRUE(
      refreshed(*manifests, [&] { return manifests->current()->lists("a.222222222222.css"); }));
}

TEST_F(ManifestWatchTest, KeepsItsGenerationWhileNothingChanges) {
  folder_.write("root/staticfiles.json", staticfiles("a.css", "a.0123456789ab.css"));
  const auto manifests = watch();
  const std::uint64_t before = manifests->generation();
  for (int tries = 0; tries < 120; ++tries) {
    manifests->refresh();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(manifests->generation(), before);
}

}  // namespace
}  // namespace frontis::media
