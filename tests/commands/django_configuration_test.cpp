#include "commands/django_configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

DjangoProject project_in(const SiteFolder& folder) {
  folder.write("static/a.css", "");
  folder.write("media/a.png", "");
  DjangoProject project;
  project.folder = folder.path();
  project.settings = "mysite.settings";
  project.static_url = "/static/";
  project.static_root = folder / "static";
  project.media_url = "/media/";
  project.media_root = folder / "media";
  project.wsgi_application = "mysite.wsgi.application";
  project.allowed_hosts = {"www.example.org"};
  return project;
}

config::Settings settings_of(const DjangoProject& project) {
  auto loaded =
      config::load_text(django_configuration(project).yaml, project.folder / "frontis.yaml");
  for (const config::Fault& fault : loaded.faults) ADD_FAILURE() << fault.text();
  return loaded.settings ? std::move(*loaded.settings) : config::Settings();
}

std::vector<std::string> paths_of(const config::Settings& settings) {
  std::vector<std::string> out;
  for (const config::Route& route : settings.sites.at(0).routes) out.push_back(route.path);
  return out;
}

TEST(DjangoConfiguration, ServesFilesAndRunsTheApp) {
  const SiteFolder folder;
  const DjangoProject project = project_in(folder);
  const config::Settings settings = settings_of(project);
  EXPECT_THAT(paths_of(settings), ElementsAre("/static/", "/media/", "/"));
  EXPECT_THAT(settings.sites[0].names, ElementsAre("www.example.org"));
  const auto& media = std::get<config::FilesAction>(settings.sites[0].routes[1].chain[0]);
  EXPECT_EQ(media.root, folder / "media");
  EXPECT_TRUE(media.uploads);
  ASSERT_EQ(settings.apps.size(), 1U);
  EXPECT_EQ(settings.apps[0].wsgi.callable, "mysite.wsgi:application");
  EXPECT_EQ(settings.apps[0].wsgi.directory, folder.path());
  EXPECT_THAT(settings.apps[0].wsgi.env, IsEmpty());
  const DjangoConfiguration made = django_configuration(project);
  EXPECT_THAT(made.missing, IsEmpty());
  EXPECT_THAT(made.done,
              ElementsAre("/ goes to mysite.wsgi:application, run with python3",
                          "/static/ serves static (STATIC_ROOT, filled by "
                          "collectstatic)",
                          "/media/ serves media (MEDIA_ROOT)", "hosts: www.example.org"));
  EXPECT_THAT(made.yaml, Not(HasSubstr(folder.path().native()))) << "it can be moved";
}

TEST(DjangoConfiguration, IsThatOfAServiceWithAbsolutePaths) {
  const SiteFolder folder;
  DjangoProject project = project_in(folder);
  project.is_service = true;
  project.python = folder / "venv/bin/python";
  const auto loaded = config::load_text(django_configuration(project).yaml, "/etc/frontis.yaml");
  ASSERT_TRUE(loaded.settings) << loaded.faults.at(0).text();
  const config::Settings& settings = *loaded.settings;
  EXPECT_EQ(settings.listen.at(0).port, 80);
  EXPECT_EQ(settings.state, "/var/lib/frontis");
  EXPECT_EQ(settings.user, "frontis");
  const config::WsgiSettings& wsgi = settings.apps.at(0).wsgi;
  EXPECT_EQ(wsgi.directory, folder.path());
  EXPECT_EQ(wsgi.python, folder / "venv/bin/python");
  EXPECT_THAT(wsgi.reload_on, ElementsAre(folder / "reload"));
  const auto& files = std::get<config::FilesAction>(settings.sites.at(0).routes.at(0).chain.at(0));
  EXPECT_EQ(files.root, folder / "static");
}

TEST(DjangoConfiguration, NamesTheInterpreterSoThatItIsFoundFromTheFile) {
  const SiteFolder folder;
  DjangoProject project = project_in(folder);
  const std::pair<std::string, std::string> cases[] = {
      {"python3.11", "python3.11"},
      {folder / "python", folder / "python"},
      {folder / "venv/bin/python", folder / "venv/bin/python"},
      {folder.path().parent_path() / "python", folder.path().parent_path() / "python"},
      {"/usr/bin/python3", "/usr/bin/python3"},
  };
  for (const auto& [python, loaded] : cases) {
    project.python = python;
    EXPECT_EQ(settings_of(project).apps.at(0).wsgi.python, loaded) << python;
  }
}

TEST(DjangoConfiguration, SaysHowTheApplicationIsReloaded) {
  const SiteFolder folder;
  const std::string yaml = django_configuration(project_in(folder)).yaml;
  EXPECT_THAT(yaml, HasSubstr("SIGHUP"));
  EXPECT_THAT(yaml, Not(HasSubstr("systemctl"))) << "there is no unit yet";
}

TEST(DjangoConfiguration, TakesHostsFromAllowedHosts) {
  const SiteFolder folder;
  DjangoProject project = project_in(folder);
  const std::pair<std::vector<std::string>, std::vector<std::string>> cases[] = {
      {{}, {"*"}},
      {{"*"}, {"*"}},
      {{"example.org", "*"}, {"*"}},
      {{".example.org"}, {"example.org", "*.example.org"}},
      {{"Example.org", ".example.org", "[::1]", "127.0.0.1"},
       {"example.org", "*.example.org", "[::1]", "127.0.0.1"}},
      {{"a b", "x/y", "*.example.org", "good.example.org"}, {"good.example.org"}},
  };
  for (const auto& [allowed, names] : cases) {
    project.allowed_hosts = allowed;
    EXPECT_EQ(settings_of(project).sites.at(0).names, names);
  }
  project.allowed_hosts = {"a b"};
  EXPECT_THAT(django_configuration(project).missing,
              ElementsAre("ALLOWED_HOSTS has 'a b', which is no host name; it is left out"));
}

TEST(DjangoConfiguration, SaysWhatIsMissingAndLoadsAllTheSame) {
  const SiteFolder folder;
  DjangoProject project = project_in(folder);
  project.static_root.clear();
  project.media_root = folder / "uploads";
  EXPECT_THAT(paths_of(settings_of(project)), ElementsAre("/"));
  const DjangoConfiguration made = django_configuration(project);
  ASSERT_EQ(made.missing.size(), 2U);
  EXPECT_THAT(made.missing[0],
              HasSubstr("STATIC_ROOT is not set: add  STATIC_ROOT = BASE_DIR / \"static\"  to "
                        "settings.py, run  python3 manage.py collectstatic"));
  EXPECT_THAT(folder.shortened(made.missing[1]),
              HasSubstr("MEDIA_ROOT, F/uploads, is not there yet: make it"));
  EXPECT_THAT(made.yaml, HasSubstr("\n    #\"/static/\": {files: \"static\"}\n"));

  project.static_root = folder / "collected";
  EXPECT_THAT(folder.shortened(django_configuration(project).missing.at(0)),
              HasSubstr("STATIC_ROOT, F/collected, is not there yet: run  python3 manage.py "
                        "collectstatic"));
}

TEST(DjangoConfiguration, HasRoutesForWhatTheUrlsSay) {
  const SiteFolder folder;
  DjangoProject project = project_in(folder);
  const struct {
    std::string static_url, media_url;
    std::vector<std::string> paths;
  } cases[] = {
      {"static/", "media", {"/static/", "/media/", "/"}},
      {"", "", {"/"}},
      {"/", "/", {"/"}},
      {"https://cdn.example.org/s/", "//media.example.org/", {"/"}},
      {"/a b/\"c\"/", "/m/", {"/a b/\"c\"/", "/m/", "/"}},
  };
  for (const auto& one : cases) {
    project.static_url = one.static_url;
    project.media_url = one.media_url;
    EXPECT_EQ(paths_of(settings_of(project)), one.paths) << one.static_url;
  }
  project.static_url = "https://cdn.example.org/s/";
  EXPECT_THAT(django_configuration(project).missing,
              ElementsAre("STATIC_URL is https://cdn.example.org/s/, on another host: there is no "
                          "route for static files here"));
}

TEST(DjangoConfiguration, RunsWhatTheProjectRunsWith) {
  const SiteFolder folder;
  DjangoProject project = project_in(folder);
  project.wsgi_application.clear();
  project.python = folder / "venv/bin/python";
  project.settings_chosen = true;
  project.settings = "mysite.settings.local";
  const config::Settings settings = settings_of(project);
  const config::WsgiSettings& wsgi = settings.apps.at(0).wsgi;
  EXPECT_EQ(wsgi.callable, "mysite.wsgi:application");
  EXPECT_EQ(wsgi.python, folder / "venv/bin/python");
  EXPECT_THAT(wsgi.env, ElementsAre(std::pair("DJANGO_SETTINGS_MODULE", "mysite.settings.local")));
  EXPECT_THAT(django_configuration(project).yaml, HasSubstr("python: \"venv/bin/python\"\n"));
}

}  // namespace
}  // namespace frontis::commands
