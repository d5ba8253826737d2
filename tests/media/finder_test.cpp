#include "media/finder.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "files_house.h"

namespace frontis::media {
namespace {

class FinderTest : public ::testing::Test {
 protected:
  const Finder& finder() {
    if (finder_) return *finder_;
    library_ = std::make_unique<Library>(house_.action);
    judge_ = std::make_unique<Judge>(house_.action, house_.services(), house_.manifests(),
                                     "example.org/");
    finder_ = std::make_unique<Finder>(house_.action, *library_, *judge_, house_.services().kept,
                                       *house_.manifests());
    return *finder_;
  }
  // The file that `path` stands for, or why there is none.
  std::string file_of(std::string_view path) {
    const auto located = finder().find(path);
    if (!located) return "(" + located.error().message + ")";
    return located->origin.file + (located->needs_slash ? " after a redirect" : "");
  }
  void expect_missing(std::string_view path) {
    const auto located = finder().find(path);
    ASSERT_FALSE(located) << path;
    EXPECT_EQ(located.error().kind, ErrorKind::not_found) << path;
  }
  void keep(const std::string& name, const std::string& content) {
    const Descriptor file(open(house_.folder.write("seen", content).c_str(), O_RDONLY | O_CLOEXEC));
    house_.services().kept.keep({"example.org/" + name, "", sha256(content), true,
                                 *identity_of(file.number()), file.number()});
  }
  // What a loader would make of it.
  static std::shared_ptr<const Asset> asset_of(const Located& located, const std::string& content) {
    Inspection inspection;
    inspection.digest = sha256(content);
    const Origin& origin = located.origin;
    return finish_asset({}, origin.file, origin.found.identity, &inspection, {},
                        origin.kept ? Place::kept : Place::root);
  }
  std::shared_ptr<const Asset> found(std::string_view path) {
    const auto located = finder().find(path);
    return located ? asset_of(*located, "any") : nullptr;
  }

  FilesHouse house_{0, State::folder};
  std::unique_ptr<Library> library_;
  std::unique_ptr<Judge> judge_;
  std::unique_ptr<Finder> finder_;
};

TEST_F(FinderTest, APathStandsForAFileOrForTheIndexOfAFolder) {
  house_.action.index = {"index.html", "index.txt"};
  house_.write("index.txt", "x");
  house_.write("a.css", "x");
  house_.write("both/index.html", "x");
  house_.write("both/index.txt", "x");
  std::filesystem::create_directories(house_.folder / "root/text/index.html");
  house_.write("text/index.txt", "x");
  std::filesystem::create_directory(house_.folder / "root/empty");
  EXPECT_EQ(file_of("a.css"), "a.css");
  EXPECT_EQ(file_of(""), "index.txt");
  EXPECT_EQ(file_of("both/"), "both/index.html");
  EXPECT_EQ(file_of("text/"), "text/index.txt");
  EXPECT_EQ(file_of("both"), "both/index.html after a redirect");
  for (const char* path : {"missing", "a.css/", "empty", "empty/", "missing/", ".env"}) {
    expect_missing(path);
  }
}

TEST_F(FinderTest, WithoutNamesOfAnIndexAFolderIsNothing) {
  house_.action.index.clear();
  house_.write("folder/index.html", "x");
  expect_missing("folder");
  expect_missing("folder/");
  expect_missing("");
}

TEST_F(FinderTest, NotesWhenItWasFoundAndWhatHeldThen) {
  house_.write("a.css", "x");
  const auto before = coarse_now();
  const auto located = finder().find("a.css");
  ASSERT_TRUE(located);
  EXPECT_GE(located->seen, before);
  EXPECT_EQ(located->generation, house_.manifests()->generation());
  EXPECT_TRUE(located->unsettled);  // it was written a moment ago
  EXPECT_FALSE(located->origin.kept);
  EXPECT_FALSE(located->origin.by_accept);
  EXPECT_EQ(located->origin.found.identity, *library_->identify("a.css"));
}

TEST_F(FinderTest, AnAlternateIsFoundByAKeyThatNoPathHas) {
  house_.write("photo.avif", "x");
  std::filesystem::create_directory(house_.folder / "root/folder.avif");
  const std::string key = Finder::alternate_key({"image/avif", "photo.avif", {}});
  EXPECT_NE(key.find('\0'), std::string::npos);
  const auto located = finder().find(key);
  ASSERT_TRUE(located);
  EXPECT_EQ(located->origin.file, "photo.avif");
  EXPECT_TRUE(located->origin.by_accept);
  expect_missing(Finder::alternate_key({"image/avif", "missing.avif", {}}));
  expect_missing(Finder::alternate_key({"image/avif", "folder.avif", {}}));
  expect_missing(Finder::alternate_key({"image/avif", "../seen", {}}));
}

TEST_F(FinderTest, FindsTheVersionThatWasKeptUnderAUrl) {
  keep("css/app.css", "kept");
  const auto located = finder().find_kept("css/app.css");
  ASSERT_TRUE(located);
  EXPECT_EQ(located->origin.file, "css/app.css");
  EXPECT_EQ(located->origin.found.identity.size, 4U);
  ASSERT_TRUE(located->origin.kept);
  EXPECT_EQ(located->origin.kept->content, sha256("kept"));
  EXPECT_TRUE(located->origin.kept->by_list);
  for (const char* path : {"app.css", "css/app.css/", "css/", ""}) {
    EXPECT_FALSE(finder().find_kept(path)) << path;
  }
  EXPECT_FALSE(finder().find_kept(Finder::alternate_key({"", "css/app.css", {}})));
}

TEST_F(FinderTest, FindsNoKeptVersionWithoutItsCopyNorUnderADeniedName) {
  keep("app.css", "one");
  std::filesystem::remove(house_.folder / FilesHouse::copy_of("one"));
  EXPECT_FALSE(finder().find_kept("app.css"));
  std::filesystem::create_directory(house_.folder / FilesHouse::copy_of("one"));
  EXPECT_FALSE(finder().find_kept("app.css"));
  keep("secret.pem", "two");
  EXPECT_FALSE(finder().find_kept("secret.pem"));
  house_.action.allow = {"*.pem"};
  EXPECT_TRUE(finder().find_kept("secret.pem"));
}

TEST_F(FinderTest, AFileIsUnchangedWhileItIsTheSame) {
  house_.write("a.css", "older");
  const auto asset = found("a.css");
  EXPECT_TRUE(finder().is_unchanged(*asset, "a.css"));
  house_.replace("a.css", "newer");
  EXPECT_FALSE(finder().is_unchanged(*asset, "a.css"));
  std::filesystem::remove(house_.folder / "root/a.css");
  EXPECT_FALSE(finder().is_unchanged(*asset, "a.css"));
}

TEST_F(FinderTest, AnIndexIsUnchangedWhileNoneCanComeBeforeIt) {
  house_.action.index = {"index.html", "index.txt"};
  house_.write("index.html", "x");
  house_.write("folder/index.txt", "x");
  const auto first = found("");
  const auto second = found("folder/");
  EXPECT_TRUE(finder().is_unchanged(*first, ""));
  EXPECT_FALSE(finder().is_unchanged(*second, "folder/"));
  EXPECT_TRUE(finder().is_unchanged(*second, "folder/index.txt"));
}

TEST_F(FinderTest, AnAlternateIsUnchangedWhileItIsTheSame) {
  house_.write("photo.avif", "older");
  const std::string key = Finder::alternate_key({"image/avif", "photo.avif", {}});
  const auto asset = found(key);
  ASSERT_TRUE(asset);
  EXPECT_TRUE(finder().is_unchanged(*asset, key));
  house_.replace("photo.avif", "newer");
  EXPECT_FALSE(finder().is_unchanged(*asset, key));
}

class FinderKeptTest : public FinderTest {
 protected:
  FinderKeptTest() {
    keep("app.css", "kept");
    const auto located = finder().find_kept("app.css");
    if (located) asset_ = asset_of(*located, "kept");
  }
  void SetUp() override {
    ASSERT_NE(asset_, nullptr);
    ASSERT_TRUE(is_unchanged());
  }
  bool is_unchanged() { return finder().is_unchanged(*asset_, "app.css"); }

  std::shared_ptr<const Asset> asset_;
};

TEST_F(FinderKeptTest, AKeptVersionGivesWayToAFileThatComesBack) {
  house_.write("app.css", "kept");
  EXPECT_FALSE(is_unchanged());
}

TEST_F(FinderKeptTest, APurgedVersionIsNotUnchanged) {
  house_.services().kept.purge("example.org/app.css");
  EXPECT_FALSE(is_unchanged());
}

TEST_F(FinderKeptTest, AVersionThatIsKeptAnewWithOtherContentIsNotUnchanged) {
  keep("app.css", "other");
  EXPECT_FALSE(is_unchanged());
}

TEST_F(FinderKeptTest, ACopyThatWasWrittenOrHasGoneIsNotUnchanged) {
  house_.folder.write(FilesHouse::copy_of("kept"), "tampered");
  EXPECT_FALSE(is_unchanged());
  std::filesystem::remove(house_.folder / FilesHouse::copy_of("kept"));
  EXPECT_FALSE(is_unchanged());
}

}  // namespace
}  // namespace frontis::media
