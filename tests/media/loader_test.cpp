#include "media/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <vector>

#include "as_ordinary_user.h"
#include "files_house.h"

namespace frontis::media {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const std::string css(2000, 'c');

class LoaderTest : public ::testing::Test {
 protected:
  explicit LoaderTest(unsigned threads = 0) : house_(threads) {}

  void start() {
    library_ = std::make_unique<Library>(house_.action);
    loader_ = std::make_unique<Loader>(house_.action, *library_, house_.services(),
                                       house_.manifests(), "example.org/", house_.post(),
                                       [this](const std::string& file) { told_.push_back(file); });
  }
  Origin origin(const std::string& file) const { return {file, *library_->find(file), {}}; }
  std::shared_ptr<const Asset> load(const std::string& file) {
    if (!loader_) start();
    return loader_->load_now(origin(file), true);
  }
  std::shared_ptr<const Asset> load_unseen(const std::string& file) {
    if (!loader_) start();
    return loader_->load_unseen(origin(file));
  }

  FilesHouse house_;
  std::vector<std::string> told_;
  std::unique_ptr<Library> library_;
  std::unique_ptr<Loader> loader_;
};

class BusyLoaderTest : public LoaderTest {
 protected:
  BusyLoaderTest() : LoaderTest(1) {}
};

TEST_F(LoaderTest, SmallFilesOfAKnownTypeAreQuick) {
  house_.write("small.css", std::string(64 * 1024, 'x'));
  house_.write("large.css", std::string(64 * 1024 + 1, 'x'));
  house_.write("nameless", "x");
  start();
  EXPECT_TRUE(loader_->is_quick(origin("small.css")));
  EXPECT_FALSE(loader_->is_quick(origin("large.css")));
  EXPECT_FALSE(loader_->is_quick(origin("nameless")));
  Origin large;
  large.found.identity.size = 8 * 1024 * 1024;
  EXPECT_TRUE(Loader::is_worth_waiting(large));
  ++large.found.identity.size;
  EXPECT_FALSE(Loader::is_worth_waiting(large));
  large.kept.emplace();
  EXPECT_TRUE(Loader::is_worth_waiting(large));
}

TEST_F(LoaderTest, KnowsTheTypeByNameThenByContent) {
  house_.write("a.css", css);
  house_.write("gif", "GIF89a" + std::string(100, '\1'));
  start();
  EXPECT_EQ(load("a.css")->type, "text/css; charset=utf-8");
  std::shared_ptr<const Asset> gif;
  EXPECT_TRUE(loader_->load_later(origin("gif"), Press::Urgency::soon,
                                  [&](auto asset) { gif = std::move(asset); }));
  ASSERT_NE(gif, nullptr);
  EXPECT_EQ(gif->type, "image/gif");
  EXPECT_EQ(load_unseen("gif")->type, "application/octet-stream");
}

TEST_F(LoaderTest, UploadsAreDefused) {
  struct Upload {
    std::string name, content, type;
    bool sandboxed;
  };
  const std::string text = "text/plain; charset=utf-8";
  const std::string html = "<!DOCTYPE html><script>alert(1)</script>";
  const std::string svg = "<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>";
  const Upload uploads[] = {
      {"photo.png", "\x89PNG\r\n\x1a\n", "image/png", false},
      {"notes.txt", "hello", text, false},
      {"page.html", html, text, true},
      {"empty.html", "", text, true},
      {"photo.jpg", html, text, true},
      {"notes2.txt", html, text, true},
      {"photo.gif", svg, text, true},
      {"drawing.svg", svg, "image/svg+xml", true},
      {"page.svg", html, text, true},
      {"script.js", "alert(1)", text, true},
      {"script.mjs", "alert(1)", text, true},
      {"page.xhtml", "<html/>", text, true},
      {"feed.rss", "<rss/>", text, true},
      {"formula.mathml", "<math/>", text, true},
      {"data.xml", "<data/>", text, true},
      {"data.json", "{}", "application/json", false},
      {"sheet.xlsx", "PK", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
       false},
      {"print.ps", "%!PS", "application/postscript", false},
  };
  house_.action.uploads = true;
  for (const Upload& upload : uploads) {
    house_.write(upload.name, upload.content);
    const auto asset = load(upload.name);
    if (upload.type == "image/svg+xml") {
      EXPECT_TRUE(asset->type.starts_with(upload.type)) << upload.name;
    } else {
      EXPECT_EQ(asset->type, upload.type) << upload.name;
    }
    EXPECT_EQ(asset->sandboxed, upload.sandboxed) << upload.name;
  }
}

TEST_F(LoaderTest, OurOwnFilesAreNotDefused) {
  house_.write("page.html", "<!DOCTYPE html>");
  EXPECT_EQ(load("page.html")->type, "text/html; charset=utf-8");
  EXPECT_FALSE(load("page.html")->sandboxed);
}

TEST_F(LoaderTest, AFingerprintThatFitsIsImmutable) {
  house_.write(django_name(css), css);
  EXPECT_EQ(load(django_name(css))->caching.label, "immutable");
  EXPECT_EQ(house_.logged(), "");
}

TEST_F(LoaderTest, AFingerprintThatDoesNotFitIsRefusedCountedAndSaid) {
  const std::string name = django_name(css);
  house_.write(name, css + "!");
  EXPECT_EQ(load(name)->caching.label, "refused");
  EXPECT_EQ(house_.counters.fingerprints_refused, 1U);
  EXPECT_THAT(house_.logged(), HasSubstr(name));
}

TEST_F(LoaderTest, UntilItIsHashedNothingIsTrustedAndNothingRefused) {
  house_.write(django_name(css), css + "!");
  EXPECT_EQ(load_unseen(django_name(css))->caching.label, "auto");
  EXPECT_EQ(house_.counters.fingerprints_refused, 0U);
}

TEST_F(LoaderTest, ADeclaredNameIsTrustedUntilItsContentChanges) {
  house_.action.fingerprinted = {"assets/"};
  house_.write("assets/name-20080206.css", css);
  house_.write("other/name-20080206.css", css);
  EXPECT_EQ(load("assets/name-20080206.css")->caching.label, "immutable");
  EXPECT_EQ(load("other/name-20080206.css")->caching.label, "auto");
  house_.replace("assets/name-20080206.css", "other content");
  EXPECT_EQ(load("assets/name-20080206.css")->caching.label, "refused");
}

TEST_F(LoaderTest, AListedNameIsTrusted) {
  house_.write("staticfiles.json", R"({"paths": {"a.js": "a-Zz9Yx8Wv.js"}, "version": "1.0"})");
  house_.write("a-Zz9Yx8Wv.js", "export default 1;");
  EXPECT_EQ(load("a-Zz9Yx8Wv.js")->caching.label, "immutable");
}

TEST_F(LoaderTest, KnowsWhichMissingNamesPromiseContent) {
  house_.action.fingerprinted = {"assets/"};
  start();
  const std::pair<const char*, bool> names[] = {{"app.0123456789ab.css", true},
                                                {"css/app.0123456789abcdef0123.js", true},
                                                {"assets/anything.css", true},
                                                {"assets/deep/anything", true},
                                                {"app.css", false},
                                                {"an-old-hope.css", false},
                                                {"", false},
                                                {"assets/", false},
                                                {"app.0123456789ab.css/", false}};
  for (const auto& [name, promises] : names) {
    EXPECT_EQ(loader_->rules().is_fingerprinted_name(name), promises) << name;
  }
}

TEST_F(LoaderTest, AProvedSiblingIsAVariant) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  const auto asset = load("a.css");
  ASSERT_EQ(asset->variants.size(), 2U);
  EXPECT_TRUE(asset->varies);
  EXPECT_EQ(asset->variants[1].coding, http::Coding::gzip);
  EXPECT_EQ(*asset->variants[1].bytes, gzip_of(css));
  EXPECT_TRUE(loader_->is_up_to_date(*asset));
}

TEST_F(LoaderTest, ALargeSiblingIsSentFromItsFile) {
  std::string noise(200'000, '\0');
  unsigned seed = 1;
  for (char& c : noise) c = "0123456789abcdef"[(seed = seed * 1'103'515'245 + 12'345) >> 28];
  house_.write("a.css", noise);
  house_.write("a.css.gz", gzip_of(noise));
  const auto asset = load("a.css");
  ASSERT_EQ(asset->variants.size(), 2U);
  EXPECT_EQ(asset->variants[1].bytes, nullptr);
  EXPECT_EQ(asset->variants[1].file, "a.css.gz");
}

TEST_F(LoaderTest, AStaleSiblingIsRefusedCountedAndSaid) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of("older content"));
  const auto asset = load("a.css");
  EXPECT_EQ(asset->variants.size(), 1U);
  EXPECT_FALSE(asset->varies);
  EXPECT_EQ(house_.counters.siblings_refused, 1U);
  EXPECT_THAT(house_.logged(), HasSubstr("a.css.gz"));
  EXPECT_THAT(asset->remarks, Contains(HasSubstr("does not hold the same content")));
  EXPECT_EQ(load("a.css")->variants.size(), 1U);
  EXPECT_EQ(house_.counters.siblings_refused, 1U);  // once and not again
}

TEST_F(LoaderTest, WhatIsNoUseBesideAFileIsLeftAloneAndNotAskedAgain) {
  house_.write("small.css", "x");
  house_.write("small.css.gz", gzip_of("x"));
  house_.write("photo.jpg", css);
  house_.write("photo.jpg.gz", gzip_of(css));
  house_.write("folder.css", css);
  house_.write("folder.css.gz/file", "x");
  house_.write("outside.css", css);
  house_.folder.write("elsewhere.gz", gzip_of(css));
  house_.folder.link("../elsewhere.gz", "root/outside.css.gz");
  for (const char* name : {"small.css", "photo.jpg", "folder.css", "outside.css"}) {
    const auto asset = load(name);
    EXPECT_EQ(asset->variants.size(), 1U) << name;
    EXPECT_FALSE(asset->varies) << name;
    EXPECT_TRUE(loader_->is_up_to_date(*asset)) << name;
  }
  EXPECT_TRUE(told_.empty());
}

TEST_F(LoaderTest, AnUnreadableSiblingIsNotAskedAgainUntilItChanges) {
  house_.write("a.css", css);
  const auto path = house_.write("a.css.gz", gzip_of(css));
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  start();
  std::shared_ptr<const Asset> asset;
  {
    const AsOrdinaryUser user(house_.folder.path());
    asset = load("a.css");
    EXPECT_TRUE(loader_->is_up_to_date(*asset));
  }
  EXPECT_EQ(asset->variants.size(), 1U);
  EXPECT_THAT(asset->remarks, Contains(HasSubstr("not readable")));
  ASSERT_EQ(chmod(path.c_str(), 0644), 0);
  EXPECT_FALSE(loader_->is_up_to_date(*asset));
  EXPECT_EQ(load("a.css")->variants.size(), 2U);
}

TEST_F(LoaderTest, SeesASiblingThatComesGoesOrChanges) {
  house_.write("a.css", css);
  const auto alone = load("a.css");
  EXPECT_TRUE(loader_->is_up_to_date(*alone));
  const auto path = house_.write("a.css.gz", gzip_of(css));
  EXPECT_FALSE(loader_->is_up_to_date(*alone));
  const auto both = load("a.css");
  EXPECT_TRUE(loader_->is_up_to_date(*both));
  house_.replace("a.css.gz", gzip_of(css));
  EXPECT_FALSE(loader_->is_up_to_date(*both));
  std::filesystem::remove(path);
  EXPECT_FALSE(loader_->is_up_to_date(*both));
}

TEST_F(LoaderTest, WhatIsNotHashedVariesIfThereMayBeVariantsSoon) {
  house_.write("a.css", css);
  house_.write("b.css", css);
  house_.write("b.css.gz", gzip_of(css));
  EXPECT_FALSE(load_unseen("a.css")->varies);
  EXPECT_TRUE(load_unseen("b.css")->varies);
  EXPECT_EQ(load_unseen("b.css")->variants.size(), 1U);
}

TEST_F(BusyLoaderTest, ASiblingIsUsedOnceItIsProvedAndTheLoopIsTold) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  start();
  Gate gate(house_.press());
  const auto early = load("a.css");
  EXPECT_EQ(early->variants.size(), 1U);
  EXPECT_TRUE(early->varies);
  EXPECT_TRUE(loader_->is_up_to_date(*early));
  gate.open();
  house_.turn();
  EXPECT_EQ(told_, std::vector<std::string>{"a.css"});
  EXPECT_EQ(load("a.css")->variants.size(), 2U);
}

TEST_F(BusyLoaderTest, ALoopThatIsNotToldSeesByItselfThatTheComparisonIsOver) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  start();
  Gate gate(house_.press());
  const auto early = load("a.css");
  EXPECT_TRUE(loader_->is_up_to_date(*early));
  gate.open();
  house_.press().drain();
  EXPECT_FALSE(loader_->is_up_to_date(*early));
}

TEST_F(BusyLoaderTest, AProofThatPressDidNotTakeIsTriedAgain) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  start();
  Gate gate(house_.press());
  while (house_.press().submit(Press::Urgency::soon, [] {})) continue;
  const auto early = load("a.css");
  EXPECT_EQ(early->variants.size(), 1U);
  EXPECT_TRUE(early->varies);
  gate.open();
  house_.turn();
  EXPECT_FALSE(loader_->is_up_to_date(*early));
  load("a.css");  // begins the proof
  house_.turn();
  EXPECT_EQ(load("a.css")->variants.size(), 2U);
}

TEST_F(BusyLoaderTest, LoadsLaterOnPressAndAnswersOnTheLoop) {
  house_.write("a.css", css);
  start();
  std::shared_ptr<const Asset> asset;
  EXPECT_TRUE(loader_->load_later(origin("a.css"), Press::Urgency::soon,
                                  [&](auto made) { asset = std::move(made); }));
  house_.press().drain();
  EXPECT_EQ(asset, nullptr);
  house_.turn();
  ASSERT_NE(asset, nullptr);
  EXPECT_TRUE(asset->hashed);
}

TEST_F(BusyLoaderTest, AFileThatChangesMeanwhileComesBackAsNull) {
  const auto path = house_.write("a.css", css);
  start();
  Gate gate(house_.press());
  std::vector<std::shared_ptr<const Asset>> made;
  EXPECT_TRUE(loader_->load_later(origin("a.css"), Press::Urgency::soon,
                                  [&](auto asset) { made.push_back(std::move(asset)); }));
  std::filesystem::resize_file(path, 5);
  gate.open();
  house_.turn();
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made.front(), nullptr);
}

TEST_F(BusyLoaderTest, WhenTheLoaderIsGoneNothingIsCalled) {
  house_.write("a.css", css);
  house_.write("a.css.gz", gzip_of(css));
  start();
  Gate gate(house_.press());
  bool called = false;
  load("a.css");
  EXPECT_TRUE(loader_->load_later(origin("a.css"), Press::Urgency::soon,
                                  [&](const auto&) { called = true; }));
  loader_.reset();
  library_.reset();
  gate.open();
  house_.turn();
  EXPECT_FALSE(called);
  EXPECT_TRUE(told_.empty());
}

}  // namespace
}  // namespace frontis::media
