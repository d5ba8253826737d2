#include "commands/run_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>
#include <utility>
#include <vector>

#include "environment.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::MatchesRegex;

config::Settings serving(const std::vector<std::pair<std::string, std::string>>& routes) {
  config::Settings settings;
  settings.sites.emplace_back();
  for (const auto& [path, root] : routes) {
    config::FilesAction files;
    files.root = root;
    settings.sites.back().routes.push_back({path, {files}, ""});
  }
  return settings;
}

std::string name_of(const std::vector<std::pair<std::string, std::string>>& routes) {
  return run_state_name(serving(routes));
}

TEST(RunState, HasAFolderForEachThingThatIsServed) {
  EXPECT_THAT(name_of({{"/", "/srv"}}), MatchesRegex("run-[0-9a-f]{12}"));
  EXPECT_EQ(name_of({{"/", "/srv"}}), name_of({{"/", "/srv"}}));
  EXPECT_NE(name_of({{"/", "/srv"}}), name_of({{"/", "/srw"}}));
  EXPECT_NE(name_of({{"/", "/srv"}}), name_of({{"/static/", "/srv"}}));
  EXPECT_NE(name_of({{"/", "/srv"}}), name_of({{"/", "/srv"}, {"/a/", "/b"}}));
}

TEST(RunState, IsTheSameHoweverItIsWritten) {
  EXPECT_EQ(name_of({{"/", "/srv/a"}}), name_of({{"/", "/srv/b/../a"}}));
  EXPECT_EQ(name_of({{"/", "/srv"}, {"/a/", "/b"}}), name_of({{"/a/", "/b"}, {"/", "/srv"}}));
}

TEST(RunState, LiesInTheCacheFolderForNobodyElseToRead) {
  const SiteFolder folder;
  const Environment cache("XDG_CACHE_HOME", folder / "deep/cache");
  const auto settings = serving({{"/", "/srv"}});
  const auto state = make_run_state(settings);
  EXPECT_EQ(state, folder / "deep/cache/frontis" / run_state_name(settings));
  struct stat status {};
  ASSERT_EQ(stat(state.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0700U);
  EXPECT_EQ(make_run_state(settings), state) << "again, when it is there";
}

TEST(RunState, LiesInTheHomeFolderWhereTheCacheCannotBeUsed) {
  const auto settings = serving({{"/", "/srv"}});
  const SiteFolder folder;
  folder.write("file", "x\n");
  const std::string file = folder / "file";
  const std::pair<std::string, const char*> cases[] = {
      {"no cache folder is named", nullptr},
      {"an empty name", ""},
      {"a relative name", "cache"},
      {"a file is in the way", file.c_str()},
  };
  for (const auto& [name, value] : cases) {
    std::filesystem::create_directory(folder / "home");
    const Environment home("HOME", folder / "home");
    const Environment cache("XDG_CACHE_HOME", value);
    EXPECT_EQ(make_run_state(settings), folder / "home/.cache/frontis" / run_state_name(settings))
        << name;
    std::filesystem::remove_all(folder / "home");
  }
}

TEST(RunState, IsNoneWhereThereIsNoPlaceForIt) {
  const auto settings = serving({{"/", "/srv"}});
  const SiteFolder folder;
  folder.write("home/.cache", "a file\n");
  const Environment cache("XDG_CACHE_HOME", nullptr);
  for (const std::string home : {"home", "nowhere"}) {
    const Environment set("HOME", folder / home);
    EXPECT_EQ(make_run_state(settings), "") << home;
  }
  const Environment unset("HOME", nullptr);
  EXPECT_EQ(make_run_state(settings), "");
  EXPECT_FALSE(std::filesystem::exists(folder / "nowhere"));
}

}  // namespace
}  // namespace frontis::commands
