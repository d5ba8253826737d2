#include "media/alternates.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "scratch_folder.h"

namespace frontis::media {
namespace {

using Names = std::vector<std::string>;

class AlternatesTest : public ::testing::Test {
 protected:
  // Writes a file of this size that was changed this long after 2020.
  void write(const std::string& name, std::size_t size, long seconds = 0) const {
    const auto path = folder_.write(name, std::string(size, 'x'));
    const timespec times[2] = {{0, UTIME_OMIT}, {1'577'836'800 + seconds, 0}};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  std::vector<Alternate> find(const std::string& file, std::string_view type = "image/jpeg") const {
    const Library library(action());
    const auto found = library.find(file);
    EXPECT_TRUE(found) << file;
    return find_alternates(library, file, type, found->identity);
  }
  Names names_for(const std::string& file, std::string_view type = "image/jpeg") const {
    Names names;
    for (const Alternate& one : find(file, type)) names.push_back(one.file);
    return names;
  }
  config::FilesAction action() const {
    config::FilesAction action;
    action.root = folder_.path();
    return action;
  }

  ScratchFolder folder_;
};

TEST_F(AlternatesTest, StandBesideTheFileUnderEitherName) {
  write("photo.jpg", 100);
  EXPECT_EQ(names_for("photo.jpg"), Names{});
  write("photo.webp", 50);
  EXPECT_EQ(names_for("photo.jpg"), Names{"photo.webp"});
  write("photo.avif", 60);
  EXPECT_EQ(names_for("photo.jpg"), (Names{"photo.avif", "photo.webp"}));
  write("photo.jpg.webp", 70);
  EXPECT_EQ(names_for("photo.jpg"), (Names{"photo.avif", "photo.jpg.webp"}));
}

TEST_F(AlternatesTest, HaveTheirTypeAndIdentity) {
  write("a/photo.png", 100);
  write("a/photo.png.avif", 50);
  const auto found = find("a/photo.png", "image/png");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].type, "image/avif");
  EXPECT_EQ(found[0].file, "a/photo.png.avif");
  EXPECT_EQ(found[0].identity, *Library(action()).identify("a/photo.png.avif"));
}

TEST_F(AlternatesTest, AreOnlyLookedForWhereAPictureIsOfAnOlderType) {
  for (const char* file : {"photo.jpg", "photo.jpg.avif", "photo.jpg.webp"}) write(file, 100);
  write("photo.jpg.avif", 50);
  for (const char* type : {"image/jpeg", "image/png", "image/gif"}) {
    EXPECT_EQ(names_for("photo.jpg", type), Names{"photo.jpg.avif"}) << type;
  }
  for (const char* type : {"image/webp", "image/avif", "image/svg+xml", "text/html", ""}) {
    EXPECT_EQ(names_for("photo.jpg", type), Names{}) << type;
  }
}

TEST_F(AlternatesTest, MustBeSmallerAndNotOlderAndNotEmpty) {
  struct Case {
    std::size_t size;
    long seconds;
    bool is_of_use;
  };
  const Case cases[] = {{99, 0, true},   {99, 1, true},   {100, 0, false},
                        {101, 1, false}, {50, -1, false}, {0, 1, false}};
  write("photo.jpg", 100);
  for (const Case& one : cases) {
    write("photo.jpg.avif", one.size, one.seconds);
    EXPECT_EQ(names_for("photo.jpg"), one.is_of_use ? Names{"photo.jpg.avif"} : Names{})
        << one.size << " bytes, " << one.seconds << " s later";
  }
}

TEST_F(AlternatesTest, OneThatIsOfNoUseDoesNotHideTheOtherName) {
  write("photo.jpg", 100);
  write("photo.jpg.avif", 200);
  write("photo.avif", 50);
  EXPECT_EQ(names_for("photo.jpg"), Names{"photo.avif"});
}

TEST_F(AlternatesTest, AreFilesThatMayBeServed) {
  write("photo.jpg", 100);
  write(".photo.jpg", 100);
  write(".photo.avif", 50);
  std::filesystem::create_directory(folder_ / "photo.jpg.avif");
  const ScratchFolder outside;
  folder_.link(outside.write("secret.webp", "x"), "photo.webp");
  EXPECT_EQ(names_for("photo.jpg"), Names{});
  const Library library(action());
  Identity large;
  large.size = 100;
  EXPECT_TRUE(find_alternates(library, ".photo.jpg", "image/jpeg", large).empty());
}

TEST_F(AlternatesTest, ADotOfAFolderIsNoExtension) {
  write("v1.2/photo", 100);
  write("v1.avif", 50);
  write("v1.2/photo.avif", 50);
  EXPECT_EQ(names_for("v1.2/photo"), Names{"v1.2/photo.avif"});
}

TEST(ChooseAlternate, TakesWhatTheClientLikesBestThenTheSmallest) {
  Alternate avif{"image/avif", "a.avif", {}};
  avif.identity.size = 50;
  Alternate webp{"image/webp", "a.webp", {}};
  webp.identity.size = 40;
  const std::pair<const char*, const char*> table[] = {
      {"image/avif,image/webp,*/*;q=0.8", "a.webp"},
      {"image/avif", "a.avif"},
      {"image/webp;q=0.5, image/avif;q=0.9", "a.avif"},
      {"image/avif;q=0.5, image/webp;q=0.9", "a.webp"},
      {"image/avif;q=0.5, image/webp;q=0.5", "a.webp"},
      {"image/avif;q=0.1, image/webp;q=0", "a.avif"},
      {"image/avif;q=0, image/webp;q=0", ""},
      {"image/*", ""},
      {"*/*", ""},
      {"", ""}};
  for (const auto& [accept, file] : table) {
    for (const auto& alternates : {std::vector{avif, webp}, std::vector{webp, avif}}) {
      const Alternate* chosen = choose_alternate(alternates, accept);
      EXPECT_EQ(chosen ? chosen->file : "", file) << accept;
    }
  }
  EXPECT_EQ(choose_alternate({}, "image/avif"), nullptr);
}

}  // namespace
}  // namespace frontis::media
