#include "media/root_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "as_ordinary_user.h"
#include "scratch_folder.h"

namespace frontis::media {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RootWalkTest : public ::testing::Test {
 protected:
  RootWalkTest() {
    fs::create_directories(scratch_ / "root");
    files_.root = scratch_ / "root";
  }

  using Names = std::vector<std::string>;

  Names files() {
    Names names;
    skipped_.clear();
    result_ = walk_root(
        files_, bounds_, [&names](const std::string& relative) { names.push_back(relative); },
        [this](const std::string& relative, const std::string& reason) {
          skipped_.push_back(relative + ": " + reason);
        });
    return names;
  }
  Names directories() {
    Names names;
    result_ = walk_directories(
        files_, bounds_, [&names](const std::string& relative) { names.push_back(relative); });
    return names;
  }

  ScratchFolder scratch_;
  config::FilesAction files_;
  WalkBounds bounds_;
  Result<void> result_;
  Names skipped_;
};

TEST_F(RootWalkTest, NamesEveryFileInTheOrderOfTheirNames) {
  for (const char* name : {"b.css", "a/z.js", "a/b/c.js", "a.css", "Z.css", "a/a.js"}) {
    scratch_.write(std::string("root/") + name, "x");
  }
  EXPECT_THAT(files(), ElementsAre("Z.css", "a/a.js", "a/b/c.js", "a/z.js", "a.css", "b.css"));
  EXPECT_TRUE(result_.has_value());
  EXPECT_THAT(directories(), ElementsAre("", "a", "a/b"));
  EXPECT_TRUE(result_.has_value());
}

TEST_F(RootWalkTest, NamesSiblingsToo) {
  for (const char* name : {"app.css", "app.css.gz", "app.css.br", "app.css.zst"}) {
    scratch_.write(std::string("root/") + name, "x");
  }
  EXPECT_THAT(files(), ElementsAre("app.css", "app.css.br", "app.css.gz", "app.css.zst"));
}

TEST_F(RootWalkTest, AnEmptyRootHasNoFiles) {
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_TRUE(result_.has_value());
  EXPECT_THAT(directories(), ElementsAre(""));
}

TEST_F(RootWalkTest, ARootThatIsNotThereIsNotFound) {
  files_.root = scratch_ / "missing";
  EXPECT_THAT(files(), IsEmpty());
  ASSERT_FALSE(result_.has_value());
  EXPECT_EQ(result_.error().kind, ErrorKind::not_found);
  EXPECT_THAT(directories(), IsEmpty());
  EXPECT_FALSE(result_.has_value());
}

TEST_F(RootWalkTest, LeavesOutWhatTheLibraryDenies) {
  for (const char* name :
       {".env", ".git/config", "app.py", "key.PEM", "CVS/Root", "a/.hidden/b.js", "a/backup~",
        ".well-known/security.txt", "a/.well-known/x.txt", "plain.txt"}) {
    scratch_.write(std::string("root/") + name, "x");
  }
  EXPECT_THAT(files(), ElementsAre(".well-known/security.txt", "plain.txt"));
  EXPECT_THAT(directories(), ElementsAre("", ".well-known", "a"));
  files_.allow = {"*.py", ".hidden"};
  EXPECT_THAT(files(),
              ElementsAre(".well-known/security.txt", "a/.hidden/b.js", "app.py", "plain.txt"));
}

TEST_F(RootWalkTest, FollowsLinksThatStayInside) {
  scratch_.write("root/css/app.css", "x");
  scratch_.link("css/app.css", "root/linked.css");
  scratch_.link(scratch_ / "root/css/app.css", "root/absolute.css");
  scratch_.link("css", "root/folder");
  EXPECT_THAT(files(), ElementsAre("absolute.css", "css/app.css", "folder/app.css", "linked.css"));
  EXPECT_THAT(directories(), ElementsAre("", "css", "folder"));
}

TEST_F(RootWalkTest, LeavesOutLinksThatLeadOutside) {
  scratch_.write("outside/secret.txt", "x");
  scratch_.link("../outside", "root/relative");
  scratch_.link(scratch_ / "outside", "root/absolute");
  scratch_.link(scratch_ / "outside/secret.txt", "root/secret.txt");
  scratch_.link("missing", "root/broken");
  scratch_.link("self", "root/self");
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_THAT(directories(), ElementsAre(""));
  EXPECT_TRUE(result_.has_value());
  EXPECT_THAT(skipped_, IsEmpty());
}

TEST_F(RootWalkTest, FollowsLinksIntoTheDirectoriesThatTheRouteLists) {
  scratch_.write("shared/deep/logo.svg", "x");
  scratch_.write("shared/.git/config", "x");
  scratch_.link(scratch_ / "shared", "root/shared");
  scratch_.link(scratch_ / "shared/deep/logo.svg", "root/logo.svg");
  scratch_.link(scratch_ / "shared/.git", "root/git");
  files_.links = {scratch_ / "shared"};
  EXPECT_THAT(files(), ElementsAre("logo.svg", "shared/deep/logo.svg"));
}

TEST_F(RootWalkTest, LoopsOfLinksEnd) {
  scratch_.write("root/a/x.js", "x");
  scratch_.write("root/b/y.js", "y");
  scratch_.link(".", "root/here");
  scratch_.link("..", "root/a/up");
  scratch_.link("../b", "root/a/b");
  scratch_.link("../a", "root/b/a");
  // b is seen by a's link and by its own name; from there, a is not the way that led here.
  EXPECT_THAT(files(), ElementsAre("a/b/y.js", "a/x.js", "b/a/x.js", "b/y.js"));
  EXPECT_TRUE(result_.has_value());
}

TEST_F(RootWalkTest, ADirectoryIsEnteredByTheFirstLinkToIt) {
  scratch_.write("root/real/x.js", "x");
  scratch_.link("real", "root/one");
  scratch_.link("real", "root/two");
  EXPECT_THAT(files(), ElementsAre("one/x.js", "real/x.js"));
}

TEST_F(RootWalkTest, NamesOnlyRegularFiles) {
  ASSERT_EQ(::mkfifo((scratch_ / "root/fifo").c_str(), 0600), 0);
  scratch_.link("fifo", "root/to-fifo");
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(RootWalkTest, PassesOverAFolderThatMayNotBeListedAndSaysSo) {
  scratch_.write("root/closed/x.js", "x");
  scratch_.write("root/open/y.js", "y");
  fs::permissions(scratch_ / "root/closed", fs::perms(0711));
  const AsOrdinaryUser user(scratch_.path());
  EXPECT_THAT(files(), ElementsAre("open/y.js"));
  EXPECT_TRUE(result_.has_value());
  EXPECT_THAT(skipped_, ElementsAre(HasSubstr("closed: it cannot be listed")));
}

TEST_F(RootWalkTest, ARootThatMayNotBeListedIsAnError) {
  scratch_.write("root/x.js", "x");
  fs::permissions(scratch_ / "root", fs::perms(0711));
  const AsOrdinaryUser user(scratch_.path());
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_FALSE(result_.has_value());
}

TEST_F(RootWalkTest, FollowsARootThatIsALink) {
  scratch_.write("releases/42/app.css", "x");
  scratch_.link("releases/42", "current");
  files_.root = scratch_ / "current";
  EXPECT_THAT(files(), ElementsAre("app.css"));
}

TEST_F(RootWalkTest, MoreFilesThanTheBoundAreAnError) {
  for (const char* name : {"a", "b", "c"}) scratch_.write(std::string("root/") + name, "x");
  bounds_.most_files = 3;
  EXPECT_THAT(files(), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(result_.has_value());
  scratch_.write("root/d/e", "x");
  EXPECT_THAT(files(), IsEmpty());
  ASSERT_FALSE(result_.has_value());
  EXPECT_EQ(result_.error().kind, ErrorKind::exhausted);
  fs::rename(scratch_ / "root/c", scratch_ / "root/d/f");
  EXPECT_THAT(files(), ElementsAre("a", "b", "d/e"));
  EXPECT_FALSE(result_.has_value());
}

TEST_F(RootWalkTest, WhatLiesTooDeepIsPassedOver) {
  scratch_.write("root/a/b/c/deep.js", "x");
  scratch_.write("root/a/b/near.js", "x");
  scratch_.write("root/z.js", "x");
  bounds_.deepest = 3;
  EXPECT_THAT(files(), ElementsAre("a/b/near.js", "z.js"));
  EXPECT_TRUE(result_.has_value());
  EXPECT_THAT(skipped_, ElementsAre(HasSubstr("a/b/c: ")));
}

TEST_F(RootWalkTest, EndsWhenItIsGivenUp) {
  for (const char* name : {"a", "b", "c"}) scratch_.write(std::string("root/") + name, "x");
  std::atomic<bool> give_up = false;
  bounds_.give_up = &give_up;
  Names names;
  result_ = walk_root(files_, bounds_,
                      [&](const std::string& relative) {
                        names.push_back(relative);
                        give_up = true;
                      },
                      {});
  EXPECT_THAT(names, ElementsAre("a"));
  ASSERT_FALSE(result_.has_value());
  EXPECT_EQ(result_.error().kind, ErrorKind::io);
}

TEST_F(RootWalkTest, MayBeginBelowTheRoot) {
  scratch_.write("root/a/b/x.js", "x");
  scratch_.write("root/a/y.js", "x");
  scratch_.write("root/z.js", "x");
  scratch_.link("../../z.js", "root/a/b/z.js");
  bounds_.from = "a";
  EXPECT_THAT(files(), ElementsAre("a/b/x.js", "a/b/z.js", "a/y.js"));
  EXPECT_THAT(directories(), ElementsAre("a", "a/b"));
  bounds_.from = "missing";
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_FALSE(result_.has_value());
}

TEST_F(RootWalkTest, DoesNotBeginOutside) {
  scratch_.write("outside/secret", "x");
  scratch_.write("root/.git/config", "x");
  scratch_.link(scratch_ / "outside", "root/out");
  scratch_.write("root/file", "x");
  for (const char* from : {"../outside", "out", ".git", "file"}) {
    bounds_.from = from;
    EXPECT_THAT(files(), IsEmpty()) << from;
    EXPECT_FALSE(result_.has_value()) << from;
    EXPECT_THAT(directories(), IsEmpty()) << from;
    EXPECT_FALSE(result_.has_value()) << from;
  }
}

TEST_F(RootWalkTest, ADirectoryIsNamedBeforeItIsRead) {
  scratch_.write("root/a/x.js", "x");
  Names names;
  result_ = walk_directories(files_, bounds_, [&](const std::string& relative) {
    names.push_back(relative);
    if (relative == "a") fs::create_directory(scratch_ / "root/a/late");
  });
  EXPECT_THAT(names, ElementsAre("", "a", "a/late"));
}

}  // namespace
}  // namespace frontis::media
