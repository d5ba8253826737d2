#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A project whose interpreter only prints what settings would say. With a real Django it is tested
// over there: tests/wire/test_init.py.
void write_project(const SiteFolder& folder, const std::string& settings) {
  folder.write("manage.py", "setdefault('DJANGO_SETTINGS_MODULE', 'mysite.settings')\n");
  folder.write("venv/bin/python", "#!/bin/sh\ncat <<'END'\n" + settings + "\nEND\n");
  folder.mode("venv/bin/python", 0755);
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Init, WritesAFileThatIsValid) {
  const SiteFolder folder;
  write_project(folder, R"({"allowed_hosts": ["example.org"]})");
  const Ran ran = run_command({"init", folder.path()});
  EXPECT_EQ(ran.code, done) << ran.errors;
  EXPECT_THAT(folder.shortened(ran.out), StartsWith("F/frontis.yaml: written\n"));
  EXPECT_THAT(ran.out, HasSubstr("missing: STATIC_URL is not set"));
  EXPECT_EQ(run_command({"check", "-c", folder / "frontis.yaml"}).code, done);
}

// Copied away from the project, a file with relative paths would lead nowhere.
TEST(Init, WritesTheFileOfAServiceWithPathsThatHoldEverywhere) {
  const SiteFolder folder;
  write_project(folder, R"({"static_url": "/static/"})");
  std::filesystem::create_directory(folder / "etc");
  const std::string file = folder / "etc/frontis.yaml";
  const Ran ran = run_command({"init", folder.path(), "--output", file});
  EXPECT_EQ(ran.code, done) << ran.errors;
  EXPECT_THAT(folder.shortened(ran.out), StartsWith("F/etc/frontis.yaml: written\n"));
  EXPECT_THAT(folder.shortened(ran.out),
              HasSubstr("Next: frontis check --deep -c F/etc/frontis.yaml\n"
                        "then: frontis serve -c F/etc/frontis.yaml\n"));
  EXPECT_FALSE(std::filesystem::exists(folder / "frontis.yaml"));
  EXPECT_EQ(run_command({"check", "-c", file}).code, done);
  EXPECT_EQ(run_command({"init", folder.path(), "--output", file}).code, found_fault);
}

TEST(Init, SaysHowToGoOnAsAService) {
  const SiteFolder folder;
  write_project(folder, "{}");
  EXPECT_THAT(run_command({"init", folder.path()}).out,
              HasSubstr("\nAs a service, on port 80: the same as root, with --output "
                        "/etc/frontis/frontis.yaml --force\n"));
}

TEST(Init, NeverWritesOverAFileUnlessItIsForced) {
  const SiteFolder folder;
  write_project(folder, "{}");
  folder.write("frontis.yaml", "precious: " + std::string(10'000, 'x'));
  const Ran ran = run_command({"init", folder.path()});
  EXPECT_EQ(ran.code, found_fault);
  EXPECT_EQ(folder.shortened(ran.errors),
            "frontis init: F/frontis.yaml is there already; --force writes it anew\n");
  EXPECT_THAT(content_of(folder / "frontis.yaml"), StartsWith("precious"));
  EXPECT_EQ(run_command({"init", folder.path(), "--force"}).code, done);
  EXPECT_THAT(content_of(folder / "frontis.yaml"), StartsWith("# The configuration of Frontis"));
  EXPECT_EQ(run_command({"check", "-c", folder / "frontis.yaml"}).code, done);
}

TEST(Init, WritesNothingWhereTheSettingsCannotBeRead) {
  const SiteFolder folder;
  const std::string root = folder / "root";
  EXPECT_EQ(folder.shortened(run_command({"init", root}).errors),
            "frontis init: no manage.py in F/root; name the folder of a Django project: frontis "
            "init /srv/site\n");
  EXPECT_EQ(run_command({"init", root + "/none"}).code, found_fault);
  write_project(folder, "Traceback");
  const Ran ran = run_command({"init", folder.path()});
  EXPECT_EQ(ran.code, found_fault);
  EXPECT_THAT(ran.errors, HasSubstr("Python has not printed them"));
  EXPECT_FALSE(std::filesystem::exists(folder / "frontis.yaml"));
}

TEST(Init, WritesNothingThatWouldNotLoad) {
  const SiteFolder folder;
  write_project(folder, R"({"wsgi_application": "not a module"})");
  const Ran ran = run_command({"init", folder.path()});
  EXPECT_EQ(ran.code, found_fault);
  EXPECT_THAT(ran.errors, HasSubstr("expected a module and its callable"));
  EXPECT_FALSE(std::filesystem::exists(folder / "frontis.yaml"));
}

}  // namespace
}  // namespace frontis::commands
