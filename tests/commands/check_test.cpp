#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <unistd.h>

#include "commands/acting_user.h"
#include "site_folder.h"

namespace frontis::commands {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string ourselves() { return getpwuid(geteuid())->pw_name; }

TEST(Check, CountsTheSitesAndRoutesOfAGoodConfiguration) {
  const SiteFolder folder;
  const std::string file = folder.write("frontis.yaml",
                                        "sites:\n"
                                        "  example.org:\n"
                                        "    /: {files: root}\n"
                                        "    /gone: {respond: 410}\n"
                                        "  \"*\":\n"
                                        "    /: {respond: 404}\n");
  const Ran ran = run_command({"check", "-c", file});
  EXPECT_EQ(ran.code, done);
  EXPECT_EQ(folder.shortened(ran.out), "F/frontis.yaml: valid; sites: 2, routes: 3\n");
  EXPECT_THAT(ran.errors, IsEmpty());
}

TEST(Check, SaysWhichFileItHasFound) {
  const SiteFolder folder;
  folder.write("frontis.yaml", "sites: {\"*\": {/: {respond: 404}}}\n");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const Ran ran = run_command({"check"});
  std::filesystem::current_path(before);
  EXPECT_EQ(folder.shortened(ran.out), "F/frontis.yaml: valid; sites: 1, routes: 1\n");
}

TEST(Check, SaysWhomToLetIntoAFolder) {
  const SiteFolder folder;
  const std::string file =
      folder.write("frontis.yaml", "sites: {\"*\": {/: {files: closed/static}}}\n");
  std::filesystem::create_directories(folder / "closed/static");
  folder.mode("closed", 0);
  const std::string user = geteuid() == 0 ? "nobody" : ourselves();
  auto acting = ActingUser::become(user);
  ASSERT_TRUE(acting) << acting.error().message;
  const Ran ran = run_command({"check", "-c", file});
  acting->reset();
  folder.mode("closed", 0755);
  EXPECT_EQ(ran.code, found_fault);
  EXPECT_EQ(folder.shortened(ran.errors),
            "F/frontis.yaml:1:26: 'F/closed/static' cannot be used: Permission denied; let user '" +
                user +
                "' enter the folders above it (namei -l F/closed/static), or do this as root\n");
}

TEST(Check, NamesEveryFault) {
  const SiteFolder folder;
  const std::string file = folder.write("frontis.yaml",
                                        "lisen: 8080\n"
                                        "sites:\n"
                                        "  \"*\":\n"
                                        "    /: {files: root, cahce: 1h}\n");
  const Ran ran = run_command({"check", "-c", file});
  EXPECT_EQ(ran.code, found_fault);
  EXPECT_EQ(folder.shortened(ran.errors),
            "F/frontis.yaml:1:1: unknown key 'lisen'; did you mean 'listen'?\n"
            "F/frontis.yaml:4:22: unknown key 'cahce'; did you mean 'cache'?\n");
  EXPECT_THAT(ran.out, IsEmpty());
}

TEST(Check, SaysThatThereIsNoSuchFile) {
  const Ran ran = run_command({"check", "-c", "/nowhere/frontis.yaml"});
  EXPECT_EQ(ran.code, found_fault);
  EXPECT_THAT(ran.errors, HasSubstr("/nowhere/frontis.yaml"));
}

constexpr std::string_view on_a_unix_socket =
    "listen: unix:./frontis.sock\n"
    "state: ./state\npress: {size: 1MiB}\nkeep_size: 1MiB\n"
    "sites: {\"*\": {/: {files: root}}}\n";

TEST(Check, FindsNothingDeepDownWhereAllIsWell) {
  const SiteFolder folder;
  const std::string file =
      folder.write("frontis.yaml", "user: " + ourselves() + "\n" + std::string(on_a_unix_socket));
  folder.write("root/index.html", "<!doctype html>\n");
  const Ran ran = run_command({"check", "--deep", "-c", file});
  EXPECT_EQ(ran.code, done) << ran.errors;
  EXPECT_EQ(folder.shortened(ran.out), "F/frontis.yaml: valid; sites: 1, routes: 1\n");
}

TEST(Check, FindsNoFaultInARemark) {
  const SiteFolder folder;
  const std::string file =
      folder.write("frontis.yaml", "listen: unix:./s\nsites: {\"*\": {/: {files: root}}}\n");
  const Ran ran = run_command({"check", "--deep", "-c", file});
  EXPECT_EQ(ran.code, done);
  EXPECT_THAT(ran.errors, IsEmpty());
  EXPECT_THAT(ran.out, HasSubstr("\nnote: frontis.yaml: no 'state'"));
}

TEST(Check, TellsWhatItFindsDeepDownAndHowMuch) {
  const SiteFolder folder;
  const std::string file = folder.write("frontis.yaml", on_a_unix_socket);
  folder.link("nowhere", "root/a");
  folder.link("nowhere", "root/b");
  const Ran shallow = run_command({"check", "-c", file});
  EXPECT_EQ(shallow.code, done);
  const Ran deep = run_command({"check", "--deep", "-c", file});
  EXPECT_EQ(deep.code, found_fault);
  EXPECT_THAT(deep.errors, HasSubstr("'a' under "));
  EXPECT_THAT(deep.errors, HasSubstr("'b' under "));
  EXPECT_THAT(deep.out, HasSubstr("findings: 2\n"));
}

}  // namespace
}  // namespace frontis::commands
