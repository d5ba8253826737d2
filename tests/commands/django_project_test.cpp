#include "commands/django_project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ManagePy, NamesItsSettings) {
  const std::pair<std::string, std::string> cases[] = {
      {"os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n", "mysite.settings"},
      {"os.environ.setdefault(\n    \"DJANGO_SETTINGS_MODULE\",\n    \"a.b.local\",\n)\n",
       "a.b.local"},
      {"os.environ[\"DJANGO_SETTINGS_MODULE\"] = \"settings\"\n", "settings"},
      {"# DJANGO_SETTINGS_MODULE\nsetdefault('DJANGO_SETTINGS_MODULE', 'a.settings')",
       "a.settings"},
  };
  for (const auto& [text, module] : cases) {
    const auto settings = settings_of_manage(text);
    ASSERT_TRUE(settings) << text;
    EXPECT_EQ(*settings, module);
  }
}

TEST(ManagePy, IsToldWhereItDoesNotSay) {
  const std::string cases[] = {
      "",
      "DJANGO_SETTINGS_MODULE",
      "setdefault('DJANGO_SETTINGS_MODULE', name)",
      "setdefault('DJANGO_SETTINGS_MODULE', 'a b; import os')",
      "setdefault('DJANGO_SETTINGS_MODULE', 'open",
      "setdefault('DJANGO_SETTINGS_MODULE', '')",
  };
  for (const std::string& text : cases) {
    const auto settings = settings_of_manage(text);
    ASSERT_FALSE(settings) << text;
    EXPECT_THAT(settings.error().message, HasSubstr("--settings mysite.settings"));
  }
}

TEST(DjangoSettings, AreReadFromWhatIsPrinted) {
  DjangoProject project;
  ASSERT_TRUE(parse_django_settings(R"({"static_url": "/s/", "static_root": "/srv/s",
      "media_url": "", "media_root": "", "wsgi_application": "a.wsgi.application",
      "allowed_hosts": ["example.org", ".example.net"]})",
                                    project));
  EXPECT_EQ(project.static_url, "/s/");
  EXPECT_EQ(project.static_root, "/srv/s");
  EXPECT_EQ(project.media_url, "");
  EXPECT_EQ(project.wsgi_application, "a.wsgi.application");
  EXPECT_THAT(project.allowed_hosts, ElementsAre("example.org", ".example.net"));
}

TEST(DjangoSettings, MayBeOfAnotherShape) {
  DjangoProject project;
  EXPECT_TRUE(parse_django_settings(R"({"static_url": 5, "allowed_hosts": [1, "a"]})", project));
  EXPECT_EQ(project.static_url, "");
  EXPECT_THAT(project.allowed_hosts, ElementsAre("a"));
  EXPECT_TRUE(parse_django_settings(R"({"allowed_hosts": "*"})", project));
  for (const char* text : {"", "[]", "{", "null", "hello"}) {
    EXPECT_FALSE(parse_django_settings(text, project)) << text;
  }
}

TEST(DjangoSettings, CannotBeReadByAnInterpreterThatIsNone) {
  const SiteFolder folder;
  DjangoProject project;
  project.folder = folder.path();
  project.python = "/nonexistent/python";
  project.settings = "mysite.settings";
  const auto read = read_django_settings(project);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message,
            "the settings mysite.settings cannot be read: /nonexistent/python cannot be run: No "
            "such file or directory; name the interpreter that the project runs with (--python "
            "venv/bin/python), or other settings (--settings), or set the variables that they read "
            "(such as: DJANGO_SECRET_KEY=... frontis init)");
}

}  // namespace
}  // namespace frontis::commands
