#include "commands/run_configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::ElementsAre;

config::Settings settings_of(const RunOptions& options) {
  auto loaded = config::load_text(run_configuration(options), "command line");
  for (const config::Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::move(*loaded.settings) : config::Settings();
}

// "/static/ files", "/ app"
std::vector<std::string> routes_of(const config::Settings& settings) {
  std::vector<std::string> out;
  for (const config::Route& route : settings.sites.at(0).routes) {
    const bool is_app = std::holds_alternative<config::AppAction>(route.chain.at(0));
    out.push_back(route.path + (is_app ? " app" : " files"));
  }
  return out;
}

TEST(RunConfiguration, ServesTheFolderOrWhatIsNamed) {
  RunOptions options;
  EXPECT_THAT(routes_of(settings_of(options)), ElementsAre("/ files"));
  options.statics = {"/=/a", "/dev=/b/"};
  EXPECT_THAT(routes_of(settings_of(options)), ElementsAre("/a/ files", "/b/ files"));
  options.directory = "/";
  EXPECT_THAT(routes_of(settings_of(options)), ElementsAre("/a/ files", "/b/ files", "/ files"));
}

TEST(RunConfiguration, ListensOnThisMachineAloneUnlessItIsToldOtherwise) {
  RunOptions options;
  const std::pair<std::string, std::string> cases[] = {
      {options.listen, "127.0.0.1:8080"},
      {"8000", "127.0.0.1:8000"},
      {"*:8000", "*:8000"},
      {"0.0.0.0:80", "0.0.0.0:80"},
      {"[::1]:80", "[::1]:80"},
      {"unix:/run/s", "unix:/run/s"},
  };
  for (const auto& [typed, listened] : cases) {
    options.listen = typed;
    EXPECT_EQ(settings_of(options).listen.at(0).text(), listened);
  }
}

TEST(RunConfiguration, RunsAnAppInTheFolderWhoseFilesItDoesNotServe) {
  const SiteFolder folder;
  RunOptions options;
  options.directory = folder / "root";
  options.app = "mysite.wsgi";
  options.statics = {folder / "root"};
  options.processes = 3;
  const config::Settings settings = settings_of(options);
  EXPECT_THAT(routes_of(settings), ElementsAre("/static/ files", "/ app"));
  ASSERT_EQ(settings.apps.size(), 1U);
  EXPECT_EQ(settings.apps[0].protocol, config::Protocol::wsgi);
  EXPECT_EQ(settings.apps[0].wsgi.callable, "mysite.wsgi:application");
  EXPECT_EQ(settings.apps[0].wsgi.directory, folder / "root");
  EXPECT_EQ(settings.apps[0].wsgi.processes, 3U);
  EXPECT_EQ(settings.apps[0].wsgi.python, "python3");
}

TEST(RunConfiguration, TakesTheInterpreterThatIsNamedOrTheProjects) {
  const SiteFolder folder;
  folder.write("venv/bin/python", "");
  folder.mode("venv/bin/python", 0755);
  RunOptions options;
  options.directory = folder.path();
  options.app = "app:app";
  EXPECT_EQ(settings_of(options).apps.at(0).wsgi.python, folder / "venv/bin/python");
  options.python = "python3.11";
  EXPECT_EQ(settings_of(options).apps.at(0).wsgi.python, "python3.11");
}

TEST(RunConfiguration, RunsAnAppHereWhereNoFolderIsNamed) {
  RunOptions options;
  options.app = "app:app";
  const config::Settings settings = settings_of(options);
  EXPECT_THAT(routes_of(settings), ElementsAre("/ app"));
  EXPECT_EQ(settings.apps.at(0).wsgi.directory, std::filesystem::current_path());
}

}  // namespace
}  // namespace frontis::commands
